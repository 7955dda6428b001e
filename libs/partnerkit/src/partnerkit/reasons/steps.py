"""Who can help and how: each sentence fits every reason that names it, for the one who reads it."""

from partnerkit.reasons.entry import Kind, NextSteps, Text, same

_CAF_IN_HABPPS = Text(
    "Un administrateur de votre Caf peut le voir et le changer dans Habpps.",
    "An administrator of your Caf can see and change it in Habpps.",
)
ASK_WHY = NextSteps(
    Text(
        "Votre administrateur peut demander à la Caf pourquoi.",
        "Your administrator can ask the Caf why.",
    ),
    Text(
        "Demandez à la Caf pourquoi : elle seule peut lever la suspension.",
        "Ask the Caf why: only the Caf can lift the suspension.",
    ),
    Text(
        "Un administrateur de votre Caf peut lever la suspension dans Habpps.",
        "An administrator of your Caf can lift the suspension in Habpps.",
    ),
)
ASK_CONVENTION = NextSteps(
    Text(
        "Votre administrateur peut demander à la Caf une nouvelle convention.",
        "Your administrator can ask the Caf for a new convention.",
    ),
    Text("Demandez à la Caf une nouvelle convention.", "Ask the Caf for a new convention."),
    Text(
        "Un administrateur de votre Caf peut en enregistrer une nouvelle dans Habpps.",
        "An administrator of your Caf can record a new one in Habpps.",
    ),
)
ASK_CONTRACT = NextSteps(
    Text(
        "Si vous en avez besoin pour votre travail, votre administrateur peut le demander à la Caf.",
        "If you need it for your work, your administrator can ask the Caf for it.",
    ),
    Text(
        "Si votre organisation en a besoin, demandez à la Caf un contrat de service pour cet extranet.",
        "If your organisation needs it, ask the Caf for a service contract for this extranet.",
    ),
    Text(
        "Un administrateur de votre Caf peut ouvrir un contrat de service dans Habpps.",
        "An administrator of your Caf can open a service contract in Habpps.",
    ),
)
ASK_CHANGE = NextSteps(
    Text(
        "Votre administrateur peut demander à la Caf de revoir le contrat de service.",
        "Your administrator can ask the Caf to review the service contract.",
    ),
    Text("Demandez à la Caf de revoir le contrat de service.", "Ask the Caf to review the service contract."),
    _CAF_IN_HABPPS,
)
WAIT_START = NextSteps(
    Text("Votre administrateur connaît la date de début.", "Your administrator knows the first day."),
    Text("La date de début se lit dans Habpps.", "The first day stands in Habpps."),
    Text("La date de début se lit dans Habpps.", "The first day stands in Habpps."),
)
OPEN_IN_HABPPS = NextSteps(
    Text(
        "L'administrateur de votre organisation peut vous l'ouvrir dans Habpps.",
        "The administrator of your organisation can open it for you in Habpps.",
    ),
    Text(
        "Vous pouvez vous inscrire dans un groupe, dans Habpps, si votre travail le demande.",
        "You can put yourself into a group, in Habpps, if your work needs it.",
    ),
    Text(
        "Les extranets des partenaires ne servent pas au travail d'un agent de la Caf.",
        "The extranets of the partners are not needed for the work of an agent of a Caf.",
    ),
)
CHECK_USER = NextSteps(
    Text(
        "L'administrateur de votre organisation peut vérifier votre compte dans Habpps.",
        "The administrator of your organisation can check your account in Habpps.",
    ),
    Text(
        "Un autre administrateur de votre organisation, ou la Caf, peut vérifier votre compte dans Habpps.",
        "Another administrator of your organisation, or the Caf, can check your account in Habpps.",
    ),
    _CAF_IN_HABPPS,
)
PARTNER_OVER = NextSteps(
    Text(
        "La Caf peut renseigner votre administrateur.",
        "The Caf can inform your administrator.",
    ),
    Text("La Caf peut vous renseigner.", "The Caf can inform you."),
    _CAF_IN_HABPPS,
)
NOT_NEEDED_AUDIT = NextSteps(
    Text("Vous n'en avez pas besoin pour votre travail.", "You do not need it for your work."),
    Text("Vous n'en avez pas besoin pour votre travail.", "You do not need it for your work."),
    Text(
        "L'administrateur de votre Caf peut vous donner ce rôle dans Habpps, si votre travail le demande.",
        "The administrator of your Caf can give you this role in Habpps, if your work needs it.",
    ),
)
NOT_NEEDED_HABPPS = NextSteps(
    Text(
        "Vous n'en avez pas besoin pour votre travail. Pour vos accès, adressez-vous à votre administrateur.",
        "You do not need it for your work. For your accesses, ask your administrator.",
    ),
    Text(
        "La Caf qui a signé la convention nomme les administrateurs.",
        "The Caf that signed the convention appoints the administrators.",
    ),
    Text(
        "L'administrateur de votre Caf peut vous donner ce rôle, si votre travail le demande.",
        "The administrator of your Caf can give you this role, if your work needs it.",
    ),
)
SIGN_IN_AGAIN = same(
    "Déconnectez-vous, puis reconnectez-vous : vos droits seront relus.",
    "Sign out, then sign in again: your rights will be read again.",
)
CHOOSE_PAIR = same(
    "Revenez à la recherche et choisissez un motif qui va avec votre profil.",
    "Go back to the search and choose a purpose that goes with your profile.",
)
PORTAL_SAYS = same(
    "La page « Mes extranets » de Mon compte partenaire dit pourquoi, et qui peut vous aider.",
    "The page “My extranets” of Mon compte partenaire says why, and who can help you.",
)
OWN_SEARCH = same(
    "Faites votre propre recherche, et choisissez un événement de ses résultats.",
    "Make your own search, and choose an event among its results.",
)
SOON = same(
    "Recommencez dans quelques instants. Si cela dure, donnez la référence de la page à qui vous aide.",
    "Try again in a few moments. If it goes on, give the reference of the page to whoever helps you.",
)
GO_BACK = same(
    "Revenez à la page précédente et actualisez-la pour voir où en sont les choses.",
    "Go back to the previous page and reload it to see where things stand.",
)
CORRECT = same("Corrigez ce qui est signalé, puis recommencez.", "Correct what is pointed out, then try again.")
TELL_OPERATOR = same(
    "Prévenez l'exploitant du service en donnant la référence de la page.",
    "Tell the operator of the service, with the reference of the page.",
)
TELL_PUBLISHER = same(
    "Prévenez l'éditeur de cette application : la correction est de son côté.",
    "Tell the publisher of this application: the correction is theirs to make.",
)
BEGIN_AGAIN = same(
    "Recommencez la connexion. Si cela continue, donnez la référence de la page à qui vous aide.",
    "Begin to sign in again. If it goes on, give the reference of the page to whoever helps you.",
)

# What is said where a reason has no sentence of its own, and of a reason that this version does not know.
RIGHTS = Kind(
    "rights",
    Text("Vos droits actuels ne le permettent pas.", "Your present rights do not allow it."),
    CHECK_USER,
)
ADMINISTRATION = Kind(
    "administration",
    Text("L'état actuel ne permet plus cette action.", "The present state does not allow this action any more."),
    GO_BACK,
)
SIGN_IN = Kind("sign-in", Text("La connexion n'a pas abouti.", "Signing in did not succeed."), BEGIN_AGAIN)
APPLICATION = Kind(
    "application",
    Text(
        "L'application par laquelle vous passez a envoyé une demande incorrecte.",
        "The application that you come from sent a wrong request.",
    ),
    TELL_PUBLISHER,
)
UNAVAILABLE = Kind(
    "unavailable",
    Text(
        "Une partie du système ne répond pas. Par sécurité, rien n'est fait sans elle.",
        "A part of the system does not answer. For safety nothing is done without it.",
    ),
    SOON,
)
INPUT = Kind(
    "input",
    Text("Une des informations saisies ne convient pas.", "Something that was typed does not fit."),
    CORRECT,
)
OPERATION = Kind(
    "operation",
    Text("Le service a rencontré un problème de fonctionnement.", "The service met a problem of operation."),
    TELL_OPERATOR,
)
NOTE = Kind(
    "note",
    Text("Cela a été inscrit au journal.", "This was written into the journal."),
    SOON,
)
