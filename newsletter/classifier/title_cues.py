"""Cues of titles for the four sections: events, grants, trials in a register, and papers.

Each is the verbose form (`re.VERBOSE`) of a pattern, in small letters but where `cues` says so.
"""

from __future__ import annotations

MONTH = r"""
    (?:
        jan(?:uary)? | feb(?:ruary)? | mar(?:ch)? | apr(?:il)? | may | june? | july?
      | aug(?:ust)? | sept?(?:ember)? | oct(?:ober)? | nov(?:ember)? | dec(?:ember)?
    )\.?
"""
_GATHERING = r"""
    (?:
        conference | symposium | symposia | workshop | summit | congress | forum | roundtable
      | seminar | webinar | webcast | meetings? | meetup | town\ hall | retreat | masterclass
      | boot\ ?camp | summer\ school | gala | fundraiser | support\ group | user\ group
      | hackathon | colloquium | expo | festival | concert | auction | party | luncheon | brunch
      | tournament | lunch | breakfast | dinner | reception | open\ house | patient\ day
      | education\ day | grand\ rounds
    )
"""
_WHO = r"""
    (?:
        patients? | participants? | subjects? | adults? | children | adolescents | women | men
      | males | females | infants | volunteers | survivors | individuals | people | persons
      | older\ adults | veterans
    )
"""

EVENTS = {
    "date first": rf"""
        ^(?!\S+\ (?:to|through)\ \d)(?:o\ |•\ |-\ )?
        (?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\ )?(?:
            {MONTH}\ \d{{1,2}}\b | \d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?\b
          | \d{{1,2}}(?:st|nd|rd|th)?\ {MONTH}\b
        )
    """,
    "date inside": rf"""
          (?<!^)\b{MONTH}\ \d{{1,2}}\b(?!,?\ (?:19|20)\d\d) | (?<!^)\b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}
        | \b20\d\d-\d\d-\d\d\b | \bdate\ tba\b
        | (?<!^)\b\d{{1,2}}(?:st|nd|rd|th)?\ (?:of\ )?{MONTH}\b
    """,
    "full date": rf"\b{MONTH}\ \d{{1,2}},?\ (?:19|20)\d\d\b",
    "span of dates": r"\b\d{1,2}/\d{1,2}/\d{2,4}\ (?:to|through|[-–])\ \d{1,2}/\d{1,2}/\d{2,4}",
    "hour": r"""
          \b\d{1,2}(?::\d\d)?\ ?(?:[ap]\.?m\b|noon|uhr|hrs)
        | \b(?:EST|EDT|PST|PDT|CST|CDT|CET|CEST|GMT|BST|AEST)\b
    """,
    "invitation": r"""
          \b(?:
              webinars? | webcasts? | live\ ?streams? | zoom
            | virtual\ (?:event|session|symposium|conference|meeting|support|town\ hall|tour)
            | support\ groups? | town\ halls? | (?:ask|meet)\ (?:the|an)\ expert | grand\ rounds
            | (?:
                  education | information | informational | q\ ?&\ ?a | training | listening
                | panel | breakout | combined | recorded
              )\ sessions?
            | sessions?\ with | panel\ discussion | live\ q\ ?&\ ?a | office\ hours
            | coffee\ (?:chat|hour) | open\ house | get[- ]together
          )\b
        | \((?:virtual|online|hybrid|zoom|in[- ]person)\)
    """,
    "weekday": r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b",
    "gathering": rf"\b{_GATHERING}\b",
    "gathering last": rf"\b{_GATHERING}s?(?:\ (?:\w+\ )?(?:19|20|['’])\d\d)?\W*$",
    "numbered gathering": r"""
          \b(?:
              annual | biennial | semi-?annual | inaugural
            | \d+(?:st|nd|rd|th)(?:\ annual|\ international|\ world|\ european)?
          )\b.*\b(?:
              conference | symposium | workshop | summit | congress | forum | meeting | walk
            | run | gala | day | session | course
          )
        | \b(?:19|20)\d\d\b.*\b(?:conference|symposium|workshop|congress|summit|annual\ meeting)
          \b
        | \b(?:conference|symposium|workshop|congress|summit|annual\ meeting)\b.*\b20\d\d\b
    """,
    "year last": r"\b(?:19|20)\d\d\W*$ | ['’]\d\d\W*$",
    "session": r"""
        \b(?:
            sessions? | panel | discussion | q\ ?&\ ?a | ask\ the\ expert | lectures? | keynote
          | talks? | fireside | virtual | live | online | on-demand | recorded | recording
          | video | replay | presentation | presents | speakers? | clinic
        )\b
    """,
    "sign up": r"""
        \b(?:
            register | registration | rsvp | join\ us | join\ our | save\ the\ date | tickets?
          | attend | agenda | sign\ up | call\ for\ (?:abstracts|papers|posters) | meet\ us
          | see\ you
        )\b
    """,
    "speaker": r"""
          \bDr\.?\ [A-Z] | \bProf\.?\ [A-Z]
        | [A-Z][\w.’'-]+,?\ (?:M\.?D\.?|Ph\.?D\.?|RN|DO|MPH)\b | \bwith\ [A-Z]\w+\ [A-Z]\w+,
    """,
    "moved": r"\b(?:rescheduled|postponed|cancell?ed)\b",
    "charity sport": r"\b(?:5k|10k|2\.5k|walk|run|ride|golf|marathon|bike|race|swim)\b(?!-)",
    "course": r"\b(?:course|training|school|tutorial|class|masterclass|program\ to\ be)\b",
}
"""Webinars, conferences, walks: what has a date and a place."""

GRANTS = {
    "activity code": r"""
        \b
        (?:[RUKPTFDGSX]\d{2}|U[GHMTAE]\d|U2[CR]|DP\d|OT\d|RM1|RF1|SB1|SC\d|TL1|KL2|R\d\d/R\d\d)
        \b(?=[^()]*\)|/|\ clinical|\ -\ )
    """,
    "trial clause": r"\bclinical\ trials?\ (?:not\ allowed|optional|required)\b",
    "opportunity number": r"""
          \b(?:PAR|PAS|PA|RFA|NOT|RFP|FOA|NOFO|BAA|W81XWH|HT9425)-[\w-]*\d\d\b
        | \b[A-Z]{2,4}-\d\d-\d{3}\b
    """,
    "call": r"""
        \b(?:
            requests?\ for\ (?:applications?|proposals?|information|letters)
          | calls?\ for\ (?:\w+\ )?
            (?:proposals?|applications?|nominations?|projects?|letters|pre-?proposals?|concept)
          | (?:seeks?|seeking|invites?|inviting|accepting|soliciting|welcomes?)\ (?:\w+\ ){0,3}
            (?:proposals?|applications?|applicants|nominations)
          | (?:applications?|funding|grants?|nominations?)(?:\ \w+)?\ (?:are\ |is\ )?(?:now\ )?
            open
          | funding\ rounds? | funding\ (?:is\ )?available
          | (?:mission|joint|research|funding|grants?)\ calls?\b | calls?\ 20\d\d | rfps?
          | rfas? | rfis? | nofo | funding\ opportunit\w+ | funding\ announcements?
          | program\ announcement | letters?\ of\ (?:intent|inquiry) | pre-?applications?
          | pre-?proposals? | open\ call | grant\ (?:call|cycle|round|competition|opportunit\w+)
        )\b
    """,
    "apply": r"""
        \b(?:
            apply | applying | applicants?
          | applications?\ (?:open|due|deadline|invited|now|are|accept\w+|for|period)
          | accepting\ applications | now\ accepting | submissions? | eligible | eligibility
          | nominations? | application\ guid\w+ | solicit\w*
        )\b
    """,
    "deadline": r"""
        \b(?:
            deadlines? | due\ dates? | due | closes | closing\ date | expir\w+ | response\ date
          | receipt\ date | cycle
        )\b
    """,
    "notice": r"""
          ^(?:notice|pre-?announcement|announcement\ of|reminder)\b
        | ^(?:amended|updated|corrected)\ notice
    """,
    "grant": r"""
        \b(?:
            grants? | grant\ program | seed\ fund\w*
          | pilot\ (?:grants?|projects?|awards?|fund\w*) | research\ fund(?:s|ing)? | funding
          | bursar\w+ | stipends?
        )\b
    """,
    "fellowship": r"""
        \b(?:
            fellowships? | scholarships? | career\ (?:development|award|transition|enhancement)
          | (?:young|early|new|senior|clinical)[- ](?:stage\ )?
            (?:investigator|career|researcher|scholar)s?
          | scholars?\ (?:award|program) | scholar\ awards? | dissertation | postdoctoral
          | post-?doc\w* | predoctoral | training\ grants? | traineeships? | mentored
        )\b
    """,
    "award as a noun": r"""
          \b(?:
              research | investigator | development | innovation | impact | translational
            | discovery | pilot | idea | career | achievement | collaborative | supplements?
            | travel | program(?:me)? | challenge | accelerator | catalyst
          )\ (?:award|prize|grant)s?\b(?!\ (?:to|recipient|winner))
        | \bgrants?\ programs?\b | \bawards?(?=\W*$|\ \(|\ \||[,:]|\ [–-])
        | \b(?:starting|consolidator|impact|seed|project|discovery|planning|bridge)\ grants?\b
    """,
    "programme": r"""
        \b(?:
            program(?:me)?s? | initiative | centers? | centres? | networks? | consortium
          | consortia | resource | cooperative\ agreements? | sbir | sttr | small\ business
          | supplements? | administrative
        )\b
    """,
    "policy": r"""
        \b(?:
            policy | policies | guidance\ for | implementation\ of | requirements? | compliance
          | applicants | peer\ review | institutes? | extramural | NIH | NCI | NIAID | NHLBI
          | NSF | CDMRP | AHRQ | PCORI | DOD | Department\ of\ Defense | Horizon\ Europe | ERC
        )\b
    """,
}
"""Calls for proposals, fellowships and awards to apply for."""

TRIALS = {
    "study of": r"""
        ^(?:(?:an?|the)\ )?(?:[\w/+’'.,-]+\ ){0,9}?
        (?:study|trial|evaluation|comparison|investigation|assessment)(?:
            \ (?:
                of | to | in | for | on | with | evaluating | comparing | investigating
              | assessing | testing | using | examining | between | looking
            )
        )\b
    """,
    "study first": r"""
        ^(?:an?\ |the\ )?(?:
            (?:
                phase\ [\w/ -]+? | pilot | open[- ]label | randomi[sz]ed | dose[- ]\w+
              | clinical | multi-?cent\w+ | feasibility | safety | first[- ]in[- ]human
              | extension | long[- ]term | expanded\ access | observational | prospective
              | registry | efficacy
            ),?\ ?(?:and\ )?
        )+(?:study|trial|clinical\ trial)\b
    """,
    "to find out": r"""
          \b(?:study|trial|studies)\b.*\bto\ (?:
              evaluate | assess | compare | determine | investigate | test | study | examine
            | explore | learn | see | find | characteri[sz]e | establish | measure | demonstrate
          )\b
        | ^(?:to\ )?
          (?:evaluate|evaluating|assess|assessing|compare|comparing|testing|investigating)\b
    """,
    "in patients": rf"""
        \bin\ (?:\S+\ ){{0,5}}?{_WHO}
        (?:\ (?:with|who|undergoing|receiving|previously|treated|having|at|aged|after)|\W*$)
    """,
    "treating patients": r"""
        \b(?:
            in\ treating | for\ the\ treatment\ of | treatment\ of\ patients
          | in\ the\ treatment\ of | to\ treat | for\ treating | in\ preventing
          | for\ prevention\ of
        )\b
    """,
    "phase": r"""
          \bphase\ ?(?:[0-4]|i{1,3}|iv|[ⅰⅱⅲⅳ]|one|two|three)(?:[ab]|ⅰ|ⅱ|ⅲ)?\b
        | \bph\.?\ ?(?:i{1,3}|[1-4])\b
    """,
    "safety": r"""
        \b(?:
            safety | efficacy | effectiveness | tolerability | pharmacokinetics?
          | pharmacodynamics? | PK | bioequivalence | immunogenicity
          | dose[- ](?:escalation|finding|ranging|expansion) | feasibility
        )\b
    """,
    "versus": r"""
          \b(?:
              versus | vs\.? | compared\ (?:to|with) | combined\ with | in\ combination
            | combination\ of | followed\ by | with\ or\ without | plus | alone | placebo | \+/-
          )(?:\b|\s)
        | [ ]\+[ ]
    """,
    "register's words": r"""
        \b(?:
            relapsed | refractory | recurrent | advanced | metastatic | newly\ diagnosed
          | untreated | previously\ treated | unresectable | moderate[- ]to[- ]severe
          | healthy\ (?:volunteers|subjects|participants|adults) | open[- ]label
          | double[- ]blind(?:ed)? | single[- ](?:arm|cent\w+|group) | multi-?cent\w+
          | placebo[- ]controlled | crossover | expanded\ access | extension\ study | roll-?over
        )\b
    """,
    "recruits": r"""
        \b(?:
            (?:now|currently|actively|open\ and|still)\ (?:recruit|enroll?)\w*
          | (?:recruit|enroll?)(?:s|ing)\b
          | first\ (?:patient|participant)s?\ (?:dosed|treated|enroll?ed|in)
          | seeking\ (?:participants|volunteers|patients)
          | (?:participants|volunteers)\ (?:needed|wanted) | open\ (?:for|to)\ enroll?ment
        )
    """,
    "opens": r"""
        \b(?:
            recruit\w* | enroll?\w* | first\ patient | initiat(?:es|ed|ion) | now\ open
          | opens?\ (?:a\ )?(?:new\ )?trial | clinical\ trial\ finder | ongoing\ trials?
          | new\ (?:phase\ \w+\ )?trial | trial\ (?:opens|open|begins|launched|initiated|sites?)
          | begins | dosed | seeking\ participants | participants\ needed | volunteers
        )\b
    """,
    "clinical trial": r"\b(?:clinical\ (?:trials?|stud(?:y|ies)))\b",
    "trial as a noun": r"\b(?:trials?|stud(?:y|ies))\b",
    "register number": r"\bNCT\ ?\d{8}\b | \bEudraCT\b | \b20\d\d-\d{6}-\d\d\b | \bISRCTN\d+",
    "treatment": r"""
        \b(?:
            therapy | treatments? | regimens? | injections? | tablets? | capsules? | vaccines?
          | surgery | radiotherapy | chemotherapy | intervention | rehabilitation | stimulation
          | prophylaxis | infusion | inhibitor | device | transplant\w*
        )\b
    """,
}
"""Studies as registers name them, and the news that one recruits."""

PAPERS = {
    "results": r"""
        \b(?:
            results? | outcomes? | findings | follow-?up | analys[ie]s | analy[sz]ing | evidence
          | lessons | insights | experience | update\ of | updated? | post[- ]hoc | subgroup
          | secondary | interim | final | long-term | \d+-(?:year|month|week)
        )\b
    """,
    "kind of paper": r"""
        \b(?:
            systematic\ review | meta-?analysis | case\ (?:report|series|study) | cohort
          | retrospective | prospective | cross-sectional | scoping\ review | literature\ review
          | narrative\ review | a\ review | review\ of | review | registry\ study | real-world
          | population-based | multicent(?:er|re) | propensity | guidelines? | consensus
          | protocol | survey | nationwide | qualitative | randomi[sz]ed\ controlled\ trial
          | rct | perspective | commentary | viewpoint | corrigendum | erratum | correction
          | reply | letter | editorial | preprint
        )\b
    """,
    "design after a colon": r"""
        :\ (?:an?\ |the\ |results\ |final\ |updated\ |secondary\ |post\ hoc\ )?(?:.*)(?:
            trial | study | review | analysis | report | cohort | series | survey | model
          | approach | perspective | evidence | results | update | insights | implications
          | experience
        )\b
    """,
    "from the trial": r"\b(?:from|in|of)\ (?:the|an?)\ (?:[\w/+.-]+\ ){0,6}(?:trial|study)\b",
    "science": r"""
        \b(?:
            mechanisms? | molecular | expression | genom\w+ | genes? | genetic\w* | mutations?
          | mutational | transcriptom\w+ | proteom\w+ | multi-?omics? | pathways? | signal\w*
          | cells? | cellular | tumou?r | microenvironment | biomarkers? | prognos\w+
          | predict\w+ | associat\w+ | correlat\w+ | characteri[sz]ation | characteri[sz]ing
          | identif\w+ | incidence | prevalence | mortality | survival | epidemiolog\w+
          | risk\ factors? | costs?\ of | burden | utili[sz]ation | disparit\w+ | toxicit\w+
          | recurrence | nomogram | patient-reported | quality\ of\ life | validation
          | diagnosis\ and | pathogenesis | histolog\w+ | phenotyp\w+ | imaging
          | machine\ learning | deep\ learning | in\ vitro | in\ vivo | mice | mouse | rats?
          | models? | modell?ing | synthesis | protein | receptor | induc\w+ | mediat\w+
          | regulat\w+ | inhibit(?:s|ion) | targeting | targetable | therapeutic
          | clinicopathologic\w* | resistance | efficient | distribution | dynamics | species
          | transcripts? | determinants? | abundance | radiomics | disruption | heterogeneity
          | landscape | profil(?:e|es|ing) | classification | detection | distinguish\w*
          | quantif\w+ | measurement
        )\b
    """,
    "a finding": r"""
        \b(?:
            predicts? | suppress(?:es)? | promotes? | drives? | inhibits? | mediates?
          | regulates? | confers? | enhances? | induces? | modulates? | impairs? | attenuates?
          | reduces? | increases? | improves? | correlates? | contributes? | overexpress\w+
          | associated | is\ associated
        )\b
    """,
    "taxonomy": r"""
          \b(?:sp|gen|nov|comb)\.[ ] | \bnew\ (?:species|genus|record|genera)\b
        | \([A-Z]\w+(?:,\ [A-Z]\w+|:\ [A-Z]\w+)+\)
    """,
    "effect of": r"""
        ^(?:the\ )?(?:
            effects? | impact | role | influence | association | relationship | use | efficacy
          | prevalence | incidence | identification | characterization | development | discovery
          | validation | comparison | predictors? | risk | evolution | diversity | emerging
          | novel | targeting | successful | current | clinical | comprehensive | integrated
          | genomic | molecular | spatial | single-cell | real-world | trends? | treatment
          | management | survival | outcomes?
        )\b
    """,
    "a colon": r"\w:\ \w",
    "a dash": r"[ ][–—-][ ]",
    "ends with a full stop": r"[a-z]\.\s*$",
    "gene or code": r"\b(?=[A-Z0-9-]*[A-Z])(?=[A-Z0-9-]*\d)[A-Z][A-Z0-9-]{2,9}\b",
}
"""Articles of journals: results, kinds of papers, the words of science."""
