"""The words of the public page in Spanish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SPANISH: Final[Mapping[str, str]] = {
    "other_language": "English",
    "home": "Todos los números",
    # stopping
    "leave_title": "¿Dejar de recibir estos correos?",
    "leave_text": "Abrir esta página no ha cambiado nada. Pulse el botón y no le escribiremos más.",
    "leave_button": "No recibir más correos",
    "left_title": "No recibirá más correos",
    "left_text": "Ya está hecho. Si un correo ya estaba en camino, ese todavía puede llegarle.",
    "left_again": "¿Fue un error? Puede volver a suscribirse cuando quiera.",
    "why_label": (
        "Si quiere, díganos por qué en pocas palabras. Guardamos las palabras, no quién las dijo."
    ),
    "why_button": "Enviar estas palabras",
    "why_thanks_title": "Gracias",
    "why_thanks_text": "Leemos cada palabra. No tiene que hacer nada más.",
    # preferences
    "preferences_title": "Lo que recibe de nosotros",
    "preferences_text": "Esta página es solo suya. No comparta su dirección.",
    "saved": "Guardado.",
    "language_label": "Idioma de los correos",
    "language_default": "El del boletín",
    "large_print_label": "Letra grande",
    "sections_label": "Secciones que quiere",
    "sections_hint": (
        "Si no marca ninguna, o las marca todas, recibe todo, también las secciones nuevas."
    ),
    "save_button": "Guardar",
    "pause_title": "Una pausa",
    "pause_label": "Sin correos durante",
    "pause_month": "1 mes",
    "pause_months": "{n} meses",
    "pause_button": "Empezar la pausa",
    "paused_text": "No recibe correos hasta el {day}. Después vuelven a llegar por sí solos.",
    "paused_no_end": "Por ahora no recibe correos.",
    "come_back_button": "Quiero recibir los correos otra vez",
    "left_state_text": "No está en la lista: no le escribimos.",
    "stopped_state_text": (
        "Dejamos de escribirle porque los correos no llegaban o fueron denunciados. Para recibirlos"
        " otra vez, escríbanos."
    ),
    "address_title": "Una dirección nueva",
    "address_label": "Su nueva dirección de correo",
    "address_button": "Enviarle un enlace",
    "address_asked_text": (
        "Si el correo puede llegar a esa dirección, un enlace está en camino. Su dirección cambia"
        " cuando abra allí el enlace y pulse el botón."
    ),
    "mydata_title": "Lo que guardamos sobre usted",
    "mydata_text": (
        "Un archivo con todo lo que guardamos sobre usted. Contiene su dirección: guárdelo bien."
    ),
    "mydata_button": "Obtener el archivo",
    "leave_altogether_title": "Dejarlo del todo",
    "leave_altogether_text": "No le escribiremos más.",
    "erase_title": "Bórrenme",
    "erase_text": (
        "Se borra todo sobre usted. Solo queda un código hecho de su dirección, que nadie puede"
        " descifrar; así ninguna lista antigua le trae de vuelta. No se puede deshacer."
    ),
    "erase_sure": "Sí, borren todo sobre mí",
    "erase_button": "Bórrenme",
    "erase_not_sure": "No se borró nada: marque primero la casilla, si es lo que quiere.",
    "erased_title": "Sus datos están borrados",
    "erased_text": "Solo guardamos un código que nadie puede descifrar, y no le escribiremos más.",
    # subscribing
    "subscribe_title": "Reciba nuestros correos",
    "subscribe_text": (
        "Le enviamos un correo con un enlace. Solo cuando lo abra y pulse el botón estará en la"
        " lista. No usamos su dirección para nada más ni la damos a nadie."
    ),
    "address_field": "Su dirección de correo",
    "name_field": "Su nombre, si quiere",
    "subscribe_button": "Envíenme el enlace",
    "asked_title": "Mire su buzón",
    "asked_text": (
        "Si el correo puede llegar a esa dirección, un enlace está en camino. Vale una semana. Si"
        " en una hora no llega nada, mire entre el correo no deseado."
    ),
    "address_wrong": (
        "Esa no es una dirección a la que se pueda enviar correo. Revísela, por favor."
    ),
    "confirm_title": "¿Recibir nuestros correos?",
    "confirm_text": (
        "Pidió nuestros correos con esta dirección. Pulse el botón y estará en la lista."
    ),
    "confirm_button": "Sí, envíenme los correos",
    "confirm_move_title": "¿Usar esta dirección?",
    "confirm_move_text": "Nos pidió enviar sus correos a esta dirección a partir de ahora.",
    "confirm_move_button": "Sí, usen esta dirección",
    "confirmed_title": "Listo",
    "confirmed_text": (
        "Está en la lista. El próximo número le llegará por sí solo. Puede darse de baja en cada"
        " correo."
    ),
    "confirmed_move_text": "A partir de ahora sus correos van a esta dirección.",
    "confirmed_gone_title": "Este enlace ya no sirve",
    "confirmed_gone_text": (
        "Ya se usó o tiene más de una semana. Si antes pulsó su botón, todo está hecho. Si algo no"
        " queda claro, escríbanos:"
    ),
    "ask_again": "Pedir un enlace nuevo",
    "confirm_subject": "{title}: confirme, por favor",
    "confirm_mail": (
        "Hola:\n\nAlguien, esperamos que usted, pidió «{title}» con esta dirección.\n\nSi fue"
        " usted, abra esta página y pulse el botón:\n{link}\n\nSi no fue usted, no haga nada: no"
        " recibirá otro correo nuestro y su dirección se olvida en una"
        " semana.\n\n{title}\n{address}\n"
    ),
    "move_subject": "{title}: su nueva dirección",
    "move_mail": (
        "Hola:\n\nAlguien, esperamos que usted, nos pidió enviar «{title}» a esta dirección a"
        " partir de ahora.\n\nSi fue usted, abra esta página y pulse el botón:\n{link}\n\nSi no fue"
        " usted, no haga nada: nada cambia.\n\n{title}\n{address}\n"
    ),
    # when something is not right
    "not_found_title": "Esta página no está aquí",
    "not_found_text": (
        "Quizá su programa de correo cortó el enlace: ábralo desde el correo mismo. O escríbanos, y"
        " una persona lo hará por usted:"
    ),
    "too_many_title": "Demasiado a la vez",
    "too_many_text": "Inténtelo otra vez dentro de unos minutos, por favor.",
    "wrong_title": "No ha funcionado",
    "wrong_text": "No se cambió nada. Inténtelo otra vez; si sigue así, escríbanos:",
    "busy_title": "Inténtelo otra vez en un minuto",
    "busy_text": "No pudimos anotarlo ahora. No se cambió nada. Si sigue así, escríbanos:",
    # at the foot
    "no_cookies": (
        "Esta página no usa cookies, no cuenta visitas y no carga nada de otros. Nuestros correos"
        " no avisan de si se abren, ni de lo que abre en ellos: estar en esta lista es asunto suyo"
        " y de nadie más."
    ),
}
