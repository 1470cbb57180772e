"""The words of the public page in English: plain, short, and without any illness in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ENGLISH: Final[Mapping[str, str]] = {
    "other_language": "Español",
    "home": "All issues",
    # stopping
    "leave_title": "Stop these mails?",
    "leave_text": (
        "Opening this page changed nothing. Press the button, and we do not write to you again."
    ),
    "leave_button": "Stop the mails",
    "left_title": "You will get no more mails",
    "left_text": (
        "It took effect at once. If a mail was already on its way to you, that one may still"
        " arrive."
    ),
    "left_again": "Was this a mistake? You can subscribe again at any time.",
    "why_label": (
        "If you like, tell us why in a few words. We keep the words, and not who said them."
    ),
    "why_button": "Send these words",
    "why_thanks_title": "Thank you",
    "why_thanks_text": "We read every word. You need not do anything else.",
    # preferences
    "preferences_title": "What you get from us",
    "preferences_text": "This page is yours alone. Do not pass its address on.",
    "saved": "Saved.",
    "language_label": "Language of the mails",
    "language_default": "As the newsletter is",
    "large_print_label": "Large print",
    "sections_label": "Sections that you want",
    "sections_hint": (
        "With none or all of them marked you get everything, also sections that are new."
    ),
    "save_button": "Save",
    "pause_title": "A pause",
    "pause_label": "No mails for",
    "pause_month": "1 month",
    "pause_months": "{n} months",
    "pause_button": "Begin the pause",
    "paused_text": "You get no mails until {day}. Then they come again by themselves.",
    "paused_no_end": "You get no mails at present.",
    "come_back_button": "Send me the mails again",
    "left_state_text": "You are not on the list: we do not write to you.",
    "stopped_state_text": (
        "Our mails to you were stopped, because they did not arrive or were reported. To get them"
        " again, write to us."
    ),
    "address_title": "A new address",
    "address_label": "Your new mail address",
    "address_button": "Send a link to it",
    "address_asked_text": (
        "If mail can reach that address, a link is on its way to it. Your address changes when you"
        " open the link there and press the button."
    ),
    "mydata_title": "What we keep about you",
    "mydata_text": (
        "A file with everything that is stored about you. It holds your address: keep it safe."
    ),
    "mydata_button": "Get the file",
    "leave_altogether_title": "Stop altogether",
    "leave_altogether_text": "We do not write to you again.",
    "erase_title": "Erase me",
    "erase_text": (
        "Everything about you is erased. Only a code made of your address stays, which nobody can"
        " read back; it makes sure that no old list brings you back. This cannot be undone."
    ),
    "erase_sure": "Yes, erase everything about me",
    "erase_button": "Erase me",
    "erase_not_sure": "Nothing was erased: mark the box first, if you are sure.",
    "erased_title": "You are erased",
    "erased_text": (
        "We keep nothing about you but a code that nobody can read back, and do not write to you"
        " again."
    ),
    # subscribing
    "subscribe_title": "Get our mails",
    "subscribe_text": (
        "We send you one mail with a link. Only when you open it and press the button are you on"
        " the list. We use your address for nothing else and give it to nobody."
    ),
    "address_field": "Your mail address",
    "name_field": "Your name, if you like",
    "subscribe_button": "Send me the link",
    "asked_title": "Look into your mailbox",
    "asked_text": (
        "If mail can reach that address, a link is on its way to it. It is good for a week. If"
        " nothing comes within the hour, look among the spam."
    ),
    "address_wrong": "That is not an address that mail can be sent to. Look at it again, please.",
    "confirm_title": "Get our mails?",
    "confirm_text": (
        "You asked for our mails with this address. Press the button, and you are on the list."
    ),
    "confirm_button": "Yes, send me the mails",
    "confirm_move_title": "Use this address?",
    "confirm_move_text": "You asked us to send your mails to this address from now on.",
    "confirm_move_button": "Yes, use this address",
    "confirmed_title": "Done",
    "confirmed_text": (
        "You are on the list. The next issue comes to you by itself. You can stop it in every mail."
    ),
    "confirmed_move_text": "From now on your mails go to this address.",
    "confirmed_gone_title": "This link is used up",
    "confirmed_gone_text": (
        "It was used already, or is older than a week. If you pressed its button before, all is"
        " done. If anything is unclear, write to us:"
    ),
    "ask_again": "Ask for a new link",
    "confirm_subject": "{title}: please confirm",
    "confirm_mail": (
        "Hello,\n\nsomebody, we hope you, asked for “{title}” with this address.\n\nIf it was you,"
        " open this page and press the button:\n{link}\n\nIf it was not you, do nothing: you get no"
        " other mail from us, and your address is forgotten after a week.\n\n{title}\n{address}\n"
    ),
    "move_subject": "{title}: your new address",
    "move_mail": (
        "Hello,\n\nsomebody, we hope you, asked us to send “{title}” to this address from now"
        " on.\n\nIf it was you, open this page and press the button:\n{link}\n\nIf it was not you,"
        " do nothing: nothing changes.\n\n{title}\n{address}\n"
    ),
    # when something is not right
    "not_found_title": "This page is not here",
    "not_found_text": (
        "The link may have been cut in two by your mail program: open it from the mail itself. Or"
        " write to us, and a person will do it for you:"
    ),
    "too_many_title": "Too much at once",
    "too_many_text": "Please try again in some minutes.",
    "wrong_title": "That did not work",
    "wrong_text": "Nothing was changed. Please try again; if it stays so, write to us:",
    "busy_title": "Please try again in a minute",
    "busy_text": (
        "We could not write it down just now. Nothing was changed. If it stays so, write to us:"
    ),
    # at the foot
    "no_cookies": (
        "This page uses no cookies, counts no visits, and loads nothing from others. Our mails do"
        " not report when they are opened, or what you open in them: being on this list is nobody's"
        " business but yours."
    ),
}
