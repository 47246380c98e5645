"""The building blocks of comments, by language, topic and tone."""

TOPICS = ("waiting", "delivery", "invoice", "price", "contact", "product")
TONES = ("negative", "neutral", "positive")

EMPTY = {"de": ("-", "keine", "k.A.", "nichts", "passt"), "en": ("-", "none", "nothing", "no comment", "ok")}

OPENINGS = {
    "de": {
        "negative": (
            "",
            "",
            "Leider:",
            "Ehrlich gesagt,",
            "Ich bin enttäuscht.",
            "So geht es nicht.",
            "Schon wieder ein Problem.",
        ),
        "neutral": ("", "", "", "Kurz gesagt:", "Mein Eindruck:", "Im Großen und Ganzen ok.", "Zur Info:"),
        "positive": (
            "",
            "",
            "Sehr gut!",
            "Ein großes Lob.",
            "Wir sind zufrieden.",
            "Gern wieder.",
            "Das läuft richtig gut.",
        ),
    },
    "en": {
        "negative": (
            "",
            "",
            "Sadly,",
            "To be honest,",
            "I am disappointed.",
            "This is not good enough.",
            "Trouble again.",
        ),
        "neutral": ("", "", "", "In short:", "My impression:", "All in all okay.", "For information:"),
        "positive": (
            "",
            "",
            "Very good!",
            "Great work.",
            "We are happy.",
            "A pleasure to work with you.",
            "This runs really well.",
        ),
    },
}

CLOSINGS = {
    "de": {
        "negative": (
            "",
            "",
            "Das muss besser werden.",
            "Wir sehen uns nach anderen Anbietern um.",
            "Sehr ärgerlich.",
            "Das kostet uns Geld.",
        ),
        "neutral": (
            "",
            "",
            "",
            "Mehr habe ich nicht anzumerken.",
            "Wir beobachten das.",
            "Mal sehen, wie es weitergeht.",
        ),
        "positive": (
            "",
            "",
            "Weiter so!",
            "Vielen Dank.",
            "Das empfehle ich gern weiter.",
            "Großes Dankeschön an das Team.",
        ),
    },
    "en": {
        "negative": (
            "",
            "",
            "This has to get better.",
            "We are looking at other suppliers.",
            "Very annoying.",
            "It costs us money.",
        ),
        "neutral": (
            "",
            "",
            "",
            "Nothing else to add.",
            "We will keep an eye on it.",
            "Let us see how it goes.",
        ),
        "positive": (
            "",
            "",
            "Keep it up!",
            "Thank you.",
            "I gladly recommend you.",
            "Many thanks to the team.",
        ),
    },
}

CORES = {
    ("de", "waiting", "negative"): (
        "Wir mussten {n} Tage auf eine Antwort vom Support warten.",
        "Drei Leute stellten mir dieselben Fragen, bevor etwas geschah.",
        "Das Ticket lag ewig, niemand fühlte sich zuständig.",
        "In der Hotline hing ich {n}0 Minuten in der Warteschleife; danach wurde ich nur weitergereicht.",
    ),
    ("de", "waiting", "neutral"): (
        "Die Antwort kam nach {n} Tagen.",
        "Das Ticket wurde bearbeitet, es hat etwas gedauert.",
        "Der Support hat geantwortet, eine Rückfrage ist noch offen.",
    ),
    ("de", "waiting", "positive"): (
        "Die Störung war nach {n} Stunden behoben.",
        "Der Support hat sofort geantwortet und das Problem gelöst.",
        "Schnelle und klare Hilfe am Telefon.",
    ),
    ("de", "delivery", "negative"): (
        "Die Lieferung kam {n} Tage zu spät.",
        "Niemand sagte uns, dass sich der Termin verschoben hat.",
        "Schon die dritte verspätete Lieferung in diesem Quartal, unsere Fertigung stand still.",
        "Zugesagte Termine werden nicht eingehalten.",
    ),
    ("de", "delivery", "neutral"): (
        "Die Lieferung kam am {n}. des Monats.",
        "Ein Paket kam später, der Rest wie vereinbart.",
        "Die Lieferzeiten sind wie bei anderen auch.",
    ),
    ("de", "delivery", "positive"): (
        "Die Ware kam einen Tag früher als zugesagt.",
        "Pünktlich, vollständig und gut verpackt.",
        "Auf die Liefertermine ist Verlass.",
    ),
    ("de", "invoice", "negative"): (
        "Die Rechnung war schon im zweiten Monat falsch.",
        "Auf der Rechnung stehen {n} Positionen, die wir nie bestellt haben.",
        "Niemand kann mir die Rechnung erklären; die Gutschrift fehlt noch immer.",
    ),
    ("de", "invoice", "neutral"): (
        "Die Rechnung kam dieses Mal per Post statt per Mail.",
        "Bitte die Bestellnummer auf die Rechnung schreiben.",
        "Eine Rechnung wurde nachträglich geändert.",
    ),
    ("de", "invoice", "positive"): (
        "Die Rechnungen sind klar und stimmen immer.",
        "Der Fehler in der Rechnung wurde am selben Tag berichtigt.",
        "Die Abrechnung ist einfach zu prüfen.",
    ),
    ("de", "price", "negative"): (
        "Vom neuen Preis erfuhren wir erst aus der Rechnung.",
        "{n} Prozent mehr ohne jede Begründung sind zu viel.",
        "Für diese Leistung ist der Preis zu hoch.",
        "Andere bieten dasselbe deutlich billiger an.",
    ),
    ("de", "price", "neutral"): (
        "Der Preis ist marktüblich.",
        "Wir vergleichen gerade die Angebote.",
        "Die Preisliste hat sich um {n} Prozent geändert.",
    ),
    ("de", "price", "positive"): (
        "Preis und Leistung passen sehr gut zusammen.",
        "Das neue Paket ist sein Geld wert.",
        "Faire Preise, auch für kleine Mengen.",
    ),
    ("de", "contact", "negative"): (
        "Unser Ansprechpartner wechselt alle {n} Wochen.",
        "Rückrufe werden versprochen und kommen nicht.",
        "Der Außendienst war unfreundlich und schlecht vorbereitet.",
    ),
    ("de", "contact", "neutral"): (
        "Wir haben eine neue Ansprechpartnerin.",
        "Der Kontakt läuft meist per Mail.",
        "Das letzte Gespräch ist {n} Wochen her.",
    ),
    ("de", "contact", "positive"): (
        "Unsere Ansprechpartnerin kennt unser Werk und ruft zurück.",
        "Kompetente und freundliche Beratung.",
        "Unser Betreuer nimmt sich Zeit und denkt mit.",
    ),
    ("de", "product", "negative"): (
        "Seit dem Update stürzt die Software {n} Mal am Tag ab.",
        "Die Bedienung ist umständlich, meine Leute finden nichts.",
        "Wichtige Funktionen fehlen seit Monaten.",
    ),
    ("de", "product", "neutral"): (
        "Wir nutzen nur einen Teil der Funktionen.",
        "Die neue Oberfläche ist anders, man gewöhnt sich daran.",
        "Im Einsatz sind derzeit {n} Arbeitsplätze.",
    ),
    ("de", "product", "positive"): (
        "Das Produkt läuft stabil und ist leicht zu bedienen.",
        "Die neue Auswertung spart uns {n} Stunden in der Woche.",
        "Mein Team arbeitet gern damit.",
    ),
    ("en", "waiting", "negative"): (
        "We waited {n} days for an answer from support.",
        "Three people asked me the same questions before anything happened.",
        "The ticket sat there for ages and nobody felt responsible.",
        "I was on hold for {n}0 minutes; then they just passed me on.",
    ),
    ("en", "waiting", "neutral"): (
        "The answer came after {n} days.",
        "The ticket was handled, it took a while.",
        "Support replied, one question is still open.",
    ),
    ("en", "waiting", "positive"): (
        "The fault was fixed within {n} hours.",
        "Support answered at once and solved the problem.",
        "Quick and clear help on the phone.",
    ),
    ("en", "delivery", "negative"): (
        "The delivery arrived {n} days late.",
        "Nobody told us that the date had moved.",
        "The third late delivery this quarter, our production stood still.",
        "You do not keep the dates you promise.",
    ),
    ("en", "delivery", "neutral"): (
        "The delivery came in week {n}.",
        "One parcel came later, the rest as agreed.",
        "Delivery times are the same as elsewhere.",
    ),
    ("en", "delivery", "positive"): (
        "The goods came a day earlier than promised.",
        "On time, complete and well packed.",
        "Your delivery dates can be relied on.",
    ),
    ("en", "invoice", "negative"): (
        "The invoice was wrong again, for the second month.",
        "There are {n} items on the invoice that we never ordered.",
        "Nobody can explain the invoice; the credit note is still missing.",
    ),
    ("en", "invoice", "neutral"): (
        "The invoice came by post instead of email this time.",
        "Please put the order number on the invoice.",
        "One invoice was changed afterwards.",
    ),
    ("en", "invoice", "positive"): (
        "Invoices are clear and always right.",
        "The mistake in the invoice was corrected on the same day.",
        "Billing is easy to check.",
    ),
    ("en", "price", "negative"): (
        "We learned of the new price from the invoice.",
        "{n} percent more without any reason is too much.",
        "The price is too high for what we get.",
        "Others offer the same for much less.",
    ),
    ("en", "price", "neutral"): (
        "The price is what the market asks.",
        "We are comparing offers at the moment.",
        "The price list changed by {n} percent.",
    ),
    ("en", "price", "positive"): (
        "Good value for money.",
        "The new package is worth its price.",
        "Fair prices, even for small quantities.",
    ),
    ("en", "contact", "negative"): (
        "Our contact person changes every {n} weeks.",
        "They promise to call back and never do.",
        "The sales visit was unfriendly and badly prepared.",
    ),
    ("en", "contact", "neutral"): (
        "We have a new contact person.",
        "Contact is mostly by email.",
        "The last meeting was {n} weeks ago.",
    ),
    ("en", "contact", "positive"): (
        "Our contact knows our plant and calls back.",
        "Competent and friendly advice.",
        "Our account manager takes time and thinks ahead.",
    ),
    ("en", "product", "negative"): (
        "Since the update the software crashes {n} times a day.",
        "It is hard to use, my people cannot find anything.",
        "Important functions have been missing for months.",
    ),
    ("en", "product", "neutral"): (
        "We use only part of the functions.",
        "The new interface is different, one gets used to it.",
        "We have {n} workplaces in use.",
    ),
    ("en", "product", "positive"): (
        "The product is stable and easy to use.",
        "The new report saves us {n} hours a week.",
        "My team likes working with it.",
    ),
}
