"""What answers say in Spanish: tú to friends, usted to strangers. The syntax of a phrase is told in `phrases`."""

from __future__ import annotations

from tocsin.response.replies.phrases import Phrases

SPANISH = Phrases(
    greetings={
        "warm": ("Hola, {name}", "Hola"),
        "plain": ("Hola, {name}", "Hola"),
        "formal": ("Buen día, {name}", "Buen día"),
    },
    flows_on=False,
    feeling={
        "service": (
            "Pedir ayuda y no encontrar a nadie al otro lado es desesperante. Sentimos que estés así.",
            "Se nota lo cansado que es tener que insistir. Gracias por contárnoslo.",
            "Viniste a buscar ayuda y nos dices que no la tuviste. Lo sentimos y queremos retomarlo contigo.",
        ),
        "delay": (
            "Esperar cansa, y no saber hasta cuándo cansa más. Sentimos que te toque pasar por esto.",
            "Es tu tiempo, y sentimos que se te esté yendo en esperar.",
            "Sentimos la espera. Tenías otros planes y esto los ha trastocado.",
        ),
        "cancellation": (
            "Tener planes y que se caigan es un golpe. Sentimos que te haya pasado.",
            "Sentimos la cancelación. De pronto hay que reorganizarlo todo, y eso no es poca cosa.",
            "Una cancelación pone el día patas arriba. Sentimos que haya sido el tuyo.",
        ),
        "delivery": (
            "Son tus cosas, y sentimos que no estén contigo.",
            "No saber dónde está lo tuyo da mucha angustia. Lo sentimos y queremos seguirle la pista contigo.",
            "Sentimos que tengas que preguntar dónde está. Entendemos las ganas de tenerlo ya.",
        ),
        "product-defect": (
            "Pagaste por algo que funcione, y sentimos que no sea así.",
            "Da mucha rabia que no haga aquello para lo que lo compraste. Lo sentimos, y gracias por avisarnos.",
            "Sentimos que no te esté funcionando. Queremos entender bien qué ocurre.",
        ),
        "billing": (
            "Con el dinero no se juega, y un cobro que no se entiende preocupa. Sentimos esa preocupación.",
            "Entendemos que ese importe te enfade; mereces una respuesta clara.",
            "A nadie le gusta una sorpresa en la cuenta. Gracias por preguntárnoslo directamente.",
        ),
        "booking": (
            "Pelearse con una reserva cuando solo quieres dejarla lista es agotador. Sentimos que hoy cueste tanto.",
            "Sentimos que la reserva te esté dando tanta guerra. Esa tendría que ser la parte fácil.",
            "Intentarlo una y otra vez desgasta a cualquiera. Sentimos que te esté pasando con la reserva.",
        ),
        "safety": (
            "Lo que cuentas también nos preocupa, y gracias por decirlo. Esperamos que estés bien.",
            "Gracias por avisarnos. Antes que nada, esperamos que tú y quienes van contigo estén a salvo.",
            "Nos lo tomamos en serio y nos alegra que lo digas. Esperamos que nadie haya salido herido.",
        ),
        "privacy": (
            "Es tu información, y entendemos que esto inquiete. Gracias por acudir a nosotros.",
            "Entendemos tu inquietud: tienes derecho a una respuesta clara sobre tus propios datos.",
            "Gracias por plantearlo. Una duda sobre datos personales nos la tomamos en serio.",
        ),
        "discrimination": (
            "Nadie vale menos que nadie. Gracias por contárnoslo; no debe de haber sido fácil.",
            "Duele leer lo que cuentas, y vivirlo tiene que doler mucho más. Gracias por no callártelo.",
            "Lo que cuentas nos importa, y cómo te trataron también. Gracias por alzar la voz.",
        ),
        "employee": (
            "Nos importa cómo se te habla en nuestra casa, y lo que cuentas no es una tontería. Gracias por decirlo.",
            "Sentimos el mal rato que cuentas. Mereces un trato correcto, sea cual sea la pregunta.",
            "Gracias por contarnos cómo te trataron. Queremos escucharlo con tus propias palabras.",
        ),
        "rumour": (
            "Gracias por traernos esto. Entendemos que leer algo así preocupe.",
            "Vemos que esto está circulando, y es natural que te lo preguntes. Gracias por decírnoslo.",
            "Haces bien en decírnoslo directamente. Leer algo así sin una respuesta nuestra inquieta.",
        ),
        "ethics": (
            "Esperas que actuemos con decencia, y tienes todo el derecho a preguntar por esto.",
            "Entendemos que esto te importe más allá de una compra. Gracias por decirlo abiertamente.",
            "Es un asunto serio, y preferimos escucharlo de ti a no escucharlo.",
        ),
        "other": (
            "Se nota el disgusto, y queremos entender de dónde viene. Gracias por decírnoslo.",
            "Sentimos que haya ido tan mal como para escribir esto. Queremos conocer el resto.",
            "Gracias por la franqueza. Sentimos leerlo y queremos saber qué hay detrás.",
        ),
        "question": (
            "¡Gracias por preguntar! Queremos darte la respuesta correcta, no una rápida a medias.",
            "Buena pregunta, y gracias por hacérnosla.",
            "Gracias por escribirnos. Con gusto te ayudamos con esto.",
        ),
    },
    sober={
        "service": (
            (
                "Hemos leído {tu|su} mensaje: {pediste|pidió} ayuda y {nos dices|nos dice} que no la "
                "{tuviste|tuvo}. Queremos retomarlo."
            ),
            "Hemos leído lo que {cuentas|cuenta} sobre la atención, y queremos llevarlo a quien corresponde.",
        ),
        "delay": (
            "Hemos visto que {sigues|sigue} esperando, y sentimos el tiempo que lleva.",
            "Sentimos la espera. {Quieres|Quiere} saber qué pasa, y con razón.",
        ),
        "cancellation": (
            "Sentimos la cancelación y lo que supone para {tus|sus} planes.",
            (
                "Hemos leído que {tus|sus} planes se cancelaron, y lo sentimos. Ahora lo que cuenta es "
                "cómo {sigues|sigue usted}."
            ),
        ),
        "delivery": (
            "Hemos leído que {tus|sus} cosas no están donde deberían, y lo sentimos.",
            "Sentimos que {sigas|siga} esperando lo que es {tuyo|suyo}.",
        ),
        "product-defect": (
            "Hemos leído que no funciona como debería, y lo sentimos.",
            "Gracias por avisarnos del fallo. Ayuda mucho saber con exactitud qué {ves|ve}.",
        ),
        "billing": (
            (
                "{Preguntas|Pregunta} por dinero y {necesitas|necesita} una respuesta exacta. Queremos "
                "repasar los importes {contigo|con usted}."
            ),
            "Hemos leído {tu|su} mensaje sobre el cobro. Merece mirarse línea por línea.",
        ),
        "booking": (
            "Hemos leído que la reserva no sale como {la necesitas|la necesita}, y lo sentimos.",
            "Sentimos los problemas con la reserva. Gracias por decirnos dónde se atascó.",
        ),
        "safety": (
            "Gracias por avisarnos. Lo tomamos en serio y esperamos que nadie esté herido.",
            (
                "Hemos leído {tu|su} aviso, y queremos que lo escuchen quienes se ocupan de la "
                "seguridad. Esperamos que {estés|esté} bien."
            ),
        ),
        "privacy": (
            (
                "Gracias por plantearlo. Las preguntas sobre datos personales van directamente a quienes "
                "se encargan de ellos."
            ),
            "Hemos leído {tu|su} inquietud por {tus|sus} datos; {tienes|tiene} derecho a una respuesta clara.",
        ),
        "discrimination": (
            (
                "Gracias por contárnoslo. Todas las personas merecen el mismo respeto, y lo que "
                "{describes|describe} hay que mirarlo."
            ),
            "Hemos leído lo que {viviste|vivió} y lo tomamos en serio.",
        ),
        "employee": (
            "Gracias por contarnos cómo {te|le} trataron. Queremos que lo escuche alguien que no estaba allí.",
            "Hemos leído lo que {cuentas|cuenta} del trato recibido y lo tomamos en serio.",
        ),
        "rumour": (
            "Gracias por plantearlo. También lo hemos visto.",
            "También lo hemos leído, y {haces|hace} bien en plantearlo directamente.",
        ),
        "ethics": (
            "Es una pregunta justa, y la hemos leído con atención.",
            "Hemos leído {tu|su} crítica. Habla de cómo actuamos, y la tomamos en serio.",
        ),
        "other": (
            "Hemos leído {tu|su} mensaje y queremos entender qué fue mal.",
            "Gracias por decirlo con claridad. Queremos saber más antes de decir más.",
        ),
        "question": (
            "Gracias por {tu|su} pregunta.",
            "Gracias por preguntar. Queremos {darte|darle} una respuesta exacta.",
        ),
    },
    things={
        "maletas": "{tus|sus} maletas",
        "maleta": "{tu|su} maleta",
        "equipaje": "{tu|su} equipaje",
        "pedido": "{tu|su} pedido",
        "paquete": "{tu|su} paquete",
        "envío": "{tu|su} envío",
        "asiento": "{tu|su} asiento",
        "wifi": "el wifi",
        "app": "la aplicación",
        "aplicación": "la aplicación",
        "página web": "la página web",
        "billete": "{tu|su} billete",
        "boleto": "{tu|su} boleto",
        "reserva": "{tu|su} reserva",
        "batería": "la batería",
        "pantalla": "la pantalla",
        "teléfono": "el teléfono",
        "factura": "la factura",
        "cuenta": "{tu|su} cuenta",
        "vuelo": "{tu|su} vuelo",
        "entrega": "la entrega",
        "tarifa": "la tarifa",
    },
    with_thing="lo que ha pasado con {thing}",
    matters={
        "delay": "el retraso",
        "cancellation": "la cancelación",
        "billing": "los importes",
        "safety": "lo que nos {cuentas|cuenta}",
        "privacy": "lo que nos {cuentas|cuenta} sobre {tus|sus} datos",
        "discrimination": "lo que {describes|describe}",
        "employee": "lo que {describes|describe}",
        "ethics": "lo que {planteas|plantea}",
        "question": "{tu|su} pregunta",
        "other": "lo que ha pasado",
    },
    looks=(
        "Estamos revisando {matter}.",
        "Ahora mismo alguien de aquí está mirando {matter}.",
        "Estamos averiguando más sobre {matter}.",
    ),
    checks=(
        "Lo estamos comprobando, y preferimos {contestarte|contestarle} tarde que mal.",
        "Lo estamos comprobando antes de decir más, para que lo que digamos sea firme.",
        "Estamos mirando de dónde viene y qué hay de cierto; mientras no lo sepamos, no vamos a suponer nada.",
    ),
    causes=("Lo que sabemos:", "Esto es lo que sabemos:", "Hasta ahora sabemos esto:"),
    corrections=("Lo que podemos decir con certeza:", "Esto es lo que está comprobado:", "Los hechos, tal como están:"),
    sources=("Se puede comprobar aquí: {link}", "Está explicado aquí: {link}"),
    times=("a las {hour}", "el {date} a las {hour}"),
    fixed=(
        "Volvió a funcionar {time}.",
        "Funciona de nuevo: se restableció {time}.",
    ),
    next_words=(
        "Volveremos a informar {time} como muy tarde.",
        "Lo siguiente que sepamos lo contaremos {time} como muy tarde.",
    ),
    invites=(
        "Sigamos con esto lejos de la vista de todos, por {route}",
        "Para que alguien mire {tu|su} caso {contigo|con usted}, {escríbenos|escríbanos} por {route}",
        "Quienes pueden {ayudarte|ayudarle} personalmente atienden por {route}",
        "Tenemos preguntas que no son para hacer en público: {búscanos|búsquenos} por {route}",
    ),
    public_invites=(
        "Mantenemos a todos al día por {route}",
        "Lo que sepamos lo publicamos por {route}",
    ),
    keeps=(
        "{Deja|Deje} por favor los datos personales fuera de las respuestas públicas.",
        "Por favor, no {publiques|publique} datos personales aquí, en público.",
    ),
)
