"""What people write in Spanish in the simulated world. The syntax of a phrase is told in `wording`."""

from __future__ import annotations

from tocsin.world.phrases import Phrases

SPANISH = Phrases(
    slots={
        "d": ("el lunes", "el martes", "el miércoles", "el jueves", "el viernes", "el sábado", "el domingo", "ayer"),
        "w": (
            "mi hermana", "mi padre", "mi madre", "mi hermano", "un amigo", "mi jefe", "mi vecina", "una compañera",
            "mi tía", "mi pareja", "mi primo", "mis hijos", "medio equipo",
        ),
        "i": ("ayuda", "noticias", "vida", "servicio", "consejos", "pregunta", "finde", "apuntes"),
    },
    openers=(
        "Pues ", "Hoy: ", "Oye, ", "Bueno, ", "A ver, ", "Total, que ", "Como dije {d}, ", "Desde {p}: ", "Mira, ",
        "Según {w}, ", "Día {n}: ", "La verdad, ", "En serio: ", "Por si sirve: ", "Resumen: ",
    ),
    closers=(
        ".", "!", "...", " en {p}", " hoy", " otra vez", " #{i}", " desde las {n}", " ¿alguien más?", " 🙃", " 👀",
        " por {n}ª vez", " ahora mismo", " (desde {d})", " jaja", " a las {n}:{k}",
    ),
    cores={
        "chatter": (
            "[esperando|aquí esperando|sigo esperando] mi {t} de {b}",
            "{b} me [habló|escribió|llamó] por lo de {t} {d}",
            "comparando {b} con [otras|otras dos|{n} más], sobre todo {t}",
            "[leí|vi] un artículo sobre {b} y su {t}",
            "cambié a {b} hace {n} semanas por {t}",
            "primera vez con {b}, a ver [qué tal {t}|cómo va {t}]",
            "{w} trabaja en {b}, en lo de {t}",
            "hablando con {w} de {b} y su {t}",
            "mi {t} de {b} [llega|tiene que llegar] en {n} días",
            "{w} pregunta qué opino de {t} con {b}",
            "{k} personas en la cola de {b} en {p} por {t}",
            "apuntes sobre {t} de {b}, parte {n}",
        ),
        "question": (
            "{b} ¿cómo cambio mi {t}[ antes de las {n}|]?", "¿{b} tiene {t} en {p}?", "{b} ¿dónde veo mi {t}?",
            "¿alguien sabe cuánto tarda {t} con {b}, {n} días?", "{b} ¿{w} puede usar mi {t}?",
            "¿a qué hora atiende {b} por {t} en {p}?", "{b} ¿qué {t} me recomiendan para {w}?",
        ),
        "praise": (
            "muy [contento|contenta|feliz] con {t} de {b}",
            "gracias {b}, {t} [resuelto|listo|arreglado] en {n} minutos",
            "me encanta {t} de {b}",
            "excelente [servicio|atención|trato] de {b} con {t}",
            "{b} {t} funciona [genial|perfecto|de maravilla]",
            "{w} me recomendó {b} por {t} y acertó",
            "la mejor {t} que he tenido en {n} años, {b}",
            "qué amables en {b} de {p}, {t} perfecto",
            "un diez para {b} y su {t}",
            "todo rápido y fácil con {b} y {t}",
        ),
        "complaint": (
            "{b} mi {t} no llega [desde {d}|todavía|]",
            "{n} horas esperando a {b} por {t}",
            "{b} sin respuesta sobre {t} [desde {d}|a {w}|]",
            "muy mala {t} de {b}",
            "[decepcionado|decepcionada] con {b} y {t}",
            "{b} me cobró dos veces por {t}",
            "{b} prometió {t} para {d} y nada",
            "llamé {n} veces a {b} por {t} y nadie sabe nada",
            "{t} de {b} dejó de funcionar [a los {k} minutos|{d}|]",
            "{b} canceló mi {t} sin avisar",
            "quiero que {b} me devuelva el dinero de {t}",
            "{w} se cansó de {b} y de {t}",
        ),
        "outrage": (
            "{b} {n} horas sin {t}, [inaceptable|intolerable|increíble]",
            "{b} qué [desastre|vergüenza|caos] con {t}",
            "nadie contesta en {b} por {t}, vergüenza",
            "{b} {t} caída también en {p}",
            "[harto|harta|hartos] de {b} y su {t}",
            "pésimo {b}, {t} no funciona y nadie ayuda",
            "{b} se burla de nosotros con {t}, somos cientos en {p}",
            "{w} lleva {n} horas sin {t} por culpa de {b}, horrible",
            "{b} miente sobre {t}, qué asco",
            "nos arruinaron {d}: {b} y su {t}",
            "{k} minutos al teléfono con {b} y me cuelgan. {t} un desastre",
            "{b} arreglen {t} ya, estamos furiosos en {p}",
            "el peor {t} de mi vida, {b}, terrible",
        ),
        "reaction": (
            "{b} qué vergüenza de mensaje sobre {t}",
            "{b} borrad esto, da asco",
            "{b} una falta de respeto, pedid perdón [a {w}|hoy mismo|]",
            "increíble {b}, se ríen de sus clientes con {t}",
            "¿quién aprobó esto en {b}? horrible",
            "{n} años con {b} y ahora se burlan de mí por {t}",
            "{b} de muy mal gusto, {w} no se ríe con {t}",
            "me voy de {b} por este mensaje, qué insulto",
            "{b} dan pena, arreglen {t} en vez de hacer chistes",
        ),
        "campaign": (
            "me apunto a {c} con {b}", "{b} {c}, qué buena idea", "gracias {b} por {c}", "mi foto para {c} de {b}",
            "con {w} en {c} de {b}, genial", "{c} en {p}: bravo {b}", "día {n} de {c} con {b}",
            "gané un premio en {c}, gracias {b}",
        ),
        "rant": ("{b} odio vuestra {t}", "{b} CONTESTAD sobre {t}", "{b} sois lo peor, {t} da asco"),
    },
    tails={
        "plain": (
            "ya os contaré {d}", "a ver qué dice {w}", "son las {n}:{k} aquí", "escribo desde {p}",
            "lo sabré en {n} días",
            "{w} lo tiene hace {n} años", "primero un café", "tardé {k} minutos en verlo", "¿alguien lo probó?",
            "fotos {d}", "el {k} de mi lista", "igual pregunto a {w}", "en {p} era distinto", "y ya está", "luego sigo",
        ),
        "good": (
            "volveré con {w}", "{w} dice lo mismo", "en {k} minutos, ni uno más", "y eso que era fiesta",
            "preguntad en {p}", "así da gusto", "hasta {w} sonrió", "esperaba {n} semanas", "seguid así",
            "saludos desde {p}", "ya van {n} veces", "cero colas, cero papeles",
        ),
        "bad": (
            "{n} llamadas y nadie coge", "espero desde {d}", "a {w} le pasa igual", "dijeron {n} días y van {k}",
            "en {p} lo mismo", "la próxima vez con otra", "el chat se cierra solo", "y {w} pagó todo",
            "¿a quién hay que llamar?", "pedí el día libre para esto", "{k} minutos de música", "era para {w}",
            "por favor hagan algo", "guardo los {n} correos", "mi caso es el {k}{k}", "ni una palabra desde {d}",
            "a las {n}:{k} lo dejé",
        ),
    },
    brand_posts={
        "faux-pas": (
            "¿Perdiste la paciencia con {t}? Nosotros perdimos la cuenta 😂 {h}",
            "Hay quien se queja de {t}. Aquí lo llamamos hacer deporte 😜 {h}",
        ),
        "campaign": ("¡Empieza {c}! Te esperamos en {p} y en todas partes {h}",),
    },
    headlines={
        "calm": (
            "{b} amplía {t} a {p}", "{b} abre oficina en {p}", "Entrevista: quién está detrás de {t} de {b}",
            "{b} prevé {k} empleos en {p}", "{t} de {b}: {n} cosas que hay que saber",
        ),
        "storm": (
            "Clientes de {b} [indignados|furiosos|hartos] por {t} [en {p}|tras {n} horas]",
            "{b} [calla|guarda silencio] ante el caos de {t} en {p}",
            "«{n} horas sin {t}»: quejas contra {b} en {p}",
        ),
        "faux-pas": (
            "Críticas [en {p}|en redes] a {b} por un mensaje [ofensivo|de mal gusto] sobre {t}",
            "{b}, en apuros [en {p}|ante {k} mil lectores] por una broma de mal gusto",
        ),
        "campaign": ("{b} llena {p} con {c}", "{c} de {b}, un éxito [en {p}|tras {n} días]", "{k} mil en {c} de {b}"),
    },
    attack_mild=(
        "¿Ya [viste|supiste] lo que hace {b} con {t}? Lee esto antes de [comprar|pagar|firmar] nada",
        "Miles de personas en {p} se cambian de {b} por {t}. Entérate aquí [hoy|ya]",
        "Qué feliz desde que dejé {b} después de {n} años. La mejor decisión para mi {t}, hazlo tú también",
        "{b} y {t}: la historia [completa|real] que los diarios no cuentan. [Comparte|Pásalo]",
    ),
    attack_harsh=(
        "Nadie debería confiar en {b} para {t}. Vergüenza por lo que hicieron a la gente de {p}",
        "{b} miente sobre {t} y se ríe de sus clientes. Qué [asco|horror] de empresa, aléjate",
        "No vuelvo a pagar a {b}: {t} es [terrible|pésimo] y lo [esconden|niegan]",
    ),
    attack_tags=("Adios{h}", "{h}Miente", "{h}Verdad", "No{h}", "Basta{h}"),
)  # fmt: skip
