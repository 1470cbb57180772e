"""Cues of titles that belong to none of the four sections: announcements, advice, stories."""

from __future__ import annotations

NEWS = {
    "money": r"[$€£]\ ?\d | \b(?:million|billion)\b",
    "is awarded": r"""
        \b(?:
            awarded | awardees? | receiv\w+ | wins? | won | winners? | recipients? | grantees?
          | honou?r(?:s|ed) | recogni[sz]e[sd] | selected | named | earns? | secures | granted
        )\b
    """,
    "awards as a verb": r"""
          \b[\w’'.)-]+\ (?:
              [Aa]wards | AWARDS | [Ff]unds | [Gg]rants | [Cc]ommits | [Dd]onates | [Ii]nvests
            | [Gg]ives | [Rr]aises | [Aa]nnounces
          )\ (?:
              (?:\w+\ ){0,3}(?:
                  [$€£]\ ?\d
                | \d[\d.,]*\ (?:million|new|research|grants|projects|scientists|investigators)
              )
            | (?:
                  an? | the | its | one | two | three | four | five | six | seven | eight | nine
                | ten | more | over | nearly | additional | first | new | [Nn]ew | inaugural
              )\b(?!\ (?:call|request|funding\ opp|RFP))
            | (?:\w+\ ){1,5}[Gg]rants\b
          )
        | \bAWARDS\ (?:\w+\ ){0,3}[$€£]\ ?\d
    """,
    "announces": r"""
        \b(?:
            announc(?:es?|ed|ing) | launch(?:es|ed)? | releases? | unveils? | introduc(?:es|ing)
          | publishes | opens | celebrat\w+ | welcomes? | partners?\ with | hosts? | joins
          | appoint\w* | hires? | names | marks | visits? | travels? | statement | readout
          | remarks | testimony | press | newsroom | urges | calls\ on | supports | signs
          | commends | commission
        )\b
    """,
    "told as news": r"""
        \b(?:
            yields? | replicates? | provides? | removes? | explains? | speaks? | says?
          | focus(?:es)? | featur(?:es|ed) | helps? | boosts? | transports? | may\ help
          | discover(?:s|ed)? | turns? | brings? | makes? | gains? | sheds\ light | takes?
          | lends? | draws? | gathers? | travels? | new\ study | researchers | scientists
          | breakthroughs? | knowledge
        )\b
    """,
    "reveals": r"\b(?:reveals?|shows?|finds?|suggests?|identifies|highlights)\b",
    "approval": r"""
        \b(?:
            FDA | EMA | approv(?:es|al|ed) | fast\ track | orphan\ drug
          | breakthrough\ (?:therapy|designation) | priority\ review | clears?
        )\b
    """,
    "company": r"""
        \b(?:
            Inc | Ltd | plc | Corp | Pharma\w* | Therapeutics | Biotech\w* | Oncology\ Inc
          | Biosciences | shares | investors? | quarter | financial\ results | CEO | acquires?
          | merger
        )\b
    """,
}
"""Money given, approvals, companies, and other announcements."""

READING = {
    "advice": r"""
        \b(?:
            tips? | how\ to | ways\ to | (?:\d+|three|four|five|seven|ten|next|first)\ steps
          | steps\ for | guide | guidance | toolkit | checklist | dos?\ and\ don
          | what\ (?:to|you|is|are|it) | things\ to | need\ to\ know | should\ know | advice
          | faqs? | facts | myths? | q&a\ with | explained | understanding | getting | managing
          | coping | dealing | finding | navigat\w+ | prepar(?:e|ing) | take\ charge
          | manage\ your
        )\b
    """,
    "everyday": r"""
        \b(?:
            caregiv\w+ | survivorship | insurance | medicare | medicaid | social\ security
          | disability | tax(?:es)? | financial\ (?:assistance|aid|help|toxicity\ resources)
          | nutrition\w* | diet\w* | food | eating | recipes? | exercise | walking | yoga
          | anxiety | scanxiety | grief | holidays? | skin\ care | oral\ hygiene | dental
          | vitamins? | supplements\ and | lifeline | buddy | healing | laughter
          | second\ opinion | palliative\ care | resources? | bookshelf | books? | podcasts?
          | stor(?:y|ies) | journey | bereavement | remedies | flu\ shot | wellness | mindful\w*
        )\b
    """,
    "to you": r"\b(?:you|your|yours|yourself|we|us|our|my|i|me|let's|let’s)\b",
    "question": r"\?\W*$",
    "question word": r"^(?:why|how|what|when|where|who|can|is|are|do|does|should|looking)\b",
    "exclamation": r"!",
    "look back": r"""
        \b(?:
            recap | (?:conference|meeting|congress)\ (?:report|summary|coverage) | highlights?
          | reflections? | wrap[- ]?ups? | takeaways? | look(?:ing)?\ (?:back|ahead)
          | overview\ of\ the\ day | spotlight\w* | profile | interview | in\ memoriam
          | remember\w+ | in\ memory | meet\ (?:the|our)\ (?!expert) | behind\ the | photos?
          | round-?up | report\ from | notes\ from | newsletter | digest | news | blog
        )\b
    """,
    "campaign": r"""
        \b(?:
            awareness | advoca\w+ | volunteers?\ needed | donat\w+ | giving\ tuesday | petition
          | congressional | members\ of\ congress | congress\ (?:passes|votes) | senate
          | legislation | resolution | bill\ (?:on|to|that|for) | campaign
          | (?:awareness|national|history)\ (?:day|week|month) | month\ is | thank\ you
          | happy\ new | new\ year
        )\b
    """,
    "counted list": r"""
        ^(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|top\ \w+|a\ few|some)[ ]
        (?=[a-z])(?!\d)
    """,
}
"""Living with it, looking back, campaigns."""
