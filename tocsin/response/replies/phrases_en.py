"""What answers say in English. The syntax of a phrase is told in `phrases`."""

from __future__ import annotations

from tocsin.response.replies.phrases import Phrases

ENGLISH = Phrases(
    greetings={
        "warm": ("Hi {name}", "Hi there"),
        "plain": ("Hello {name}", "Hello"),
        "formal": ("Dear {name}", "Good day"),
    },
    flows_on=True,
    feeling={
        "service": (
            (
                "It sounds as if you came to us for help and were left without it. We're sorry, and we'd "
                "like to pick this up."
            ),
            "We can hear how tired you are of asking. Thank you for telling us.",
            "Needing help and not getting through to anyone is maddening. We're sorry that this is where you are.",
        ),
        "delay": (
            "Waiting is hard enough; not knowing for how long is worse. We're sorry that you're in the middle of it.",
            "This is your time, and we're sorry that so much of it is going into waiting.",
            "We're sorry about the wait. You had plans, and it has got in the way of them.",
        ),
        "cancellation": (
            "Having plans and then hearing that they're off is rotten. We're sorry that it happened to you.",
            (
                "We're sorry about the cancellation. It leaves you to rearrange everything, and that's a "
                "lot to drop on anyone."
            ),
            "A cancellation turns a whole day upside down. We're sorry that it was yours.",
        ),
        "delivery": (
            "We know that it's your own things you're waiting for. We're sorry that they aren't with you.",
            (
                "Not knowing where your belongings are is an awful feeling. We're sorry, and we want to "
                "trace this with you."
            ),
            "We're sorry that you have to ask where it is. You should be able to count on having it.",
        ),
        "product-defect": (
            "You paid for something that works, and we're sorry that this doesn't.",
            "It's a real let-down when it doesn't do what you got it for. We're sorry, and thank you for telling us.",
            "We're sorry that this isn't working for you. We'd like to understand exactly what it does.",
        ),
        "billing": (
            (
                "Money is no small matter, and a charge that you can't make sense of is worrying. We're "
                "sorry about that worry."
            ),
            "We understand why that amount makes you angry, and you deserve a clear answer about it.",
            "Nobody likes a surprise on a bill. Thank you for asking us straight out.",
        ),
        "booking": (
            "Fighting with a booking when you just want it done is exhausting. We're sorry that it's so hard today.",
            "We're sorry that the booking is giving you such trouble. That should be the easy part.",
            "Trying again and again to get a booking right wears anybody down. We're sorry that you have to.",
        ),
        "safety": (
            "What you describe worries us too, and thank you for speaking up. We hope that you're all right.",
            "Thank you for telling us. First of all we hope that you, and everybody with you, are all right.",
            "We take this seriously, and we're glad that you said it. We hope that nobody is hurt.",
        ),
        "privacy": (
            "It's your information, and we understand that this is unsettling. Thank you for coming to us with it.",
            "We understand how uneasy this makes you. You have a right to a clear answer about your own data.",
            "Thank you for raising this. A worry about personal data is one that we take seriously.",
        ),
        "discrimination": (
            "Nobody should be treated as less than anybody else. Thank you for telling us; it can't have been easy.",
            (
                "Reading what you describe is painful, and living it must be far worse. Thank you for "
                "not keeping it to yourself."
            ),
            "What you describe matters to us, and so does how you were treated. Thank you for speaking up.",
        ),
        "employee": (
            "How people with us speak to you matters, and what you describe isn't something we shrug off. Thank you.",
            "We're sorry that you came away from this the way you did. You deserve courtesy, whatever the question.",
            "Thank you for telling us how you were treated. We want to hear it in your own words.",
        ),
        "rumour": (
            "Thank you for bringing this to us. We understand why reading something like this worries you.",
            "We see that this is going around, and it's only natural to wonder. Thank you for bringing it to us.",
            "It's good that you say it to us directly. Hearing such a thing without an answer from us is unsettling.",
        ),
        "ethics": (
            "You expect us to act decently, and you have every right to ask about this.",
            "We understand that this matters to you beyond any one purchase. Thank you for saying it openly.",
            "It's a serious point, and we'd rather hear it from you than not hear it at all.",
        ),
        "other": (
            "We can tell that you're fed up, and we'd like to understand why. Thank you for saying it to us.",
            "We're sorry that things went badly enough for you to write this. We'd like to hear the rest.",
            "Thank you for being frank. We're sorry to read it, and we want to know what's behind it.",
        ),
        "question": (
            "Thanks for asking! We want to get you the right answer rather than a quick guess.",
            "Good question, and thank you for putting it to us.",
            "Thanks for getting in touch. We're glad to help with this.",
        ),
    },
    sober={
        "service": (
            "You asked for help and say that you did not get it. We have read your message and want to pick it up.",
            "We have read what you write about our service, and we want to put your question to the right person.",
        ),
        "delay": (
            "We have seen that you are waiting, and we are sorry about the time that it takes.",
            "We are sorry about the wait. You want to know what is going on, and rightly so.",
        ),
        "cancellation": (
            "We are sorry about the cancellation and what it means for your plans.",
            (
                "We have read that your plans were cancelled, and we are sorry. What counts now is how "
                "you go on from here."
            ),
        ),
        "delivery": (
            "We have read that your things are not where they should be, and we are sorry.",
            "We are sorry that you are still waiting for what is yours.",
        ),
        "product-defect": (
            "We have read that it does not work as it should, and we are sorry.",
            "Thank you for reporting the fault. It helps to know exactly what you see.",
        ),
        "billing": (
            "You are asking about money, and you need an exact answer. We want to go through the amounts with you.",
            "We have read your message about the charge. It deserves to be looked at line by line.",
        ),
        "booking": (
            "We have read that the booking is not going through as you need it, and we are sorry.",
            "We are sorry about the trouble with the booking. Thank you for telling us where it got stuck.",
        ),
        "safety": (
            "Thank you for reporting this. We take it seriously, and we hope that nobody is hurt.",
            (
                "We have read your report, and we want the people who deal with safety to hear it from "
                "you. We hope that you are safe."
            ),
        ),
        "privacy": (
            "Thank you for raising this. Questions about personal data go straight to the people in charge of it.",
            "We have read your concern about your data, and you are entitled to a clear answer.",
        ),
        "discrimination": (
            "Thank you for telling us. Everybody is owed the same respect, and what you describe must be looked at.",
            "We have read what you experienced, and we take it seriously.",
        ),
        "employee": (
            "Thank you for telling us how you were treated. We want somebody who was not there to hear it.",
            "We have read what you write about how you were treated, and we take it seriously.",
        ),
        "rumour": (
            "Thank you for raising this. We have seen it as well.",
            "We have read this too, and you are right to put it to us directly.",
        ),
        "ethics": (
            "That is a fair question to put to us, and we have read it with care.",
            "We have read your criticism. It concerns how we act, and we take it seriously.",
        ),
        "other": (
            "We have read your message, and we would like to understand what went wrong for you.",
            "Thank you for telling us plainly. We want to know more before we say more.",
        ),
        "question": (
            "Thank you for your question.",
            "Thank you for asking. We would like to give you an exact answer.",
        ),
    },
    things={
        "bags": "your bags",
        "luggage": "your luggage",
        "baggage": "your baggage",
        "bag": "your bag",
        "suitcase": "your suitcase",
        "stroller": "the stroller",
        "parcel": "your parcel",
        "package": "your package",
        "order": "your order",
        "seats": "your seats",
        "seat": "your seat",
        "wifi": "the wifi",
        "wi-fi": "the wifi",
        "app": "the app",
        "website": "the website",
        "boarding pass": "your boarding pass",
        "ticket": "your ticket",
        "tickets": "your tickets",
        "reservation": "your reservation",
        "booking": "your booking",
        "voucher": "your voucher",
        "connection": "your connection",
        "battery": "the battery",
        "screen": "the screen",
        "phone line": "our phone line",
        "on hold": "your call",
        "phone hold": "your call",
        "invoice": "the invoice",
        "bill": "the bill",
        "account": "your account",
        "flights": "your flights",
        "flight": "your flight",
    },
    with_thing="what happened with {thing}",
    matters={
        "delay": "the delay",
        "cancellation": "the cancellation",
        "billing": "the amounts",
        "safety": "what you report",
        "privacy": "what you tell us about your data",
        "discrimination": "what you describe",
        "employee": "what you describe",
        "ethics": "the points that you raise",
        "question": "your question",
        "other": "what happened",
    },
    looks=(
        "{We're|We are} looking into {matter}.",
        "Somebody here is looking into {matter}.",
        "{We're|We are} finding out more about {matter}.",
    ),
    checks=(
        "{We're|We are} checking it, and {we'd|we would} rather tell you late than wrong.",
        "{We're|We are} checking it before we say more, so that what you hear from us holds.",
        "{We're|We are} looking at where it comes from and what holds, and until we know we {won't|will not} guess.",
    ),
    causes=("What we know:", "Here is what we know:", "This is what we know so far:"),
    corrections=("What we can say for sure:", "Here is what is established:", "The facts as they stand:"),
    sources=("You can check it here: {link}", "It is written out here: {link}"),
    times=("{hour}", "{date}, {hour}"),
    fixed=(
        "It has been working again since {time}.",
        "Since {time} it has been working again.",
    ),
    next_words=(
        "You will hear from us again by {time}.",
        "Our next word on this comes by {time}.",
    ),
    invites=(
        "{Let's|Let us} carry on away from public view, through {route}",
        "So that somebody can look at your case with you, please write to us through {route}",
        "The people who can help you personally answer through {route}",
        "We have questions that don't belong in public: please come to us through {route}",
    ),
    public_invites=(
        "We keep everybody up to date through {route}",
        "What we learn, we publish through {route}",
    ),
    keeps=(
        "Please keep personal details out of public replies.",
        "Please don't post any personal details here in public.",
    ),
)
