### What stands round every page.
frame-skip = Skip to the page
frame-demo = This is a demo. Nothing here is real.
frame-demo-people = Demo people
frame-demo-mailbox = Demo mailbox
frame-exit = Leave this page
frame-nav = Your pages
frame-languages = Languages
frame-disputes = Your disputes
frame-mediator = Mediator
frame-registrar = Registrar
frame-audit = Audit
frame-account = Account
frame-signed-in-as = You are signed in as { $name }.
frame-sign-out = Sign out
frame-help = Help
frame-verify = Check a record
frame-statistics = Figures
frame-court = You can still go to court. Using Concord does not stop a court deadline unless your local law says so.
frame-back = Back
frame-next = Continue
frame-save = Save
frame-cancel = Cancel
frame-yes = Yes
frame-no = No
frame-you = you
frame-none = None
frame-costs = What it costs
frame-time = How long it takes
frame-sees = Who will see it

form-problem = There is a problem
form-optional = you can leave this empty

notice-saved = Saved.
notice-sent = Sent.
notice-signed-out = You are signed out.
notice-confirmed = Your address is confirmed. You can sign in now.
notice-password-changed = Your password is changed. You can sign in with it now.
notice-filed = We have your dispute.
notice-withdrawn = You have left. The other person reads only that the mediation has ended.
notice-draft-deleted = What you wrote is deleted.
notice-delivered = We will send it that way.
notice-joined = You take part now.
notice-ready = Thank you. We go on when everyone is ready.
notice-agreed = Thank you. We keep your agreement with its date.
notice-retried = We will try again.
notice-decided = Your decision is stored.
notice-seen = Done. The line is gone from your list.
notice-shown = The other person may see it as soon as both of you are ready.
notice-added = The file is added.
notice-offered = Your offer is made. It is not binding.

month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

category-tenancy = Rent and housing
category-consumer = Something bought, or a service
category-debt = Money lent or owed
category-work = Wages and work
category-neighbours = Neighbours
category-family = Family
category-other = Something else

role-claimant = asked for mediation
role-respondent = was invited
role-mediator = mediator
role-registrar = registrar
role-auditor = auditor
role-house = the house

language-en = English
language-bn = Bangla
language-ur = Urdu

exit-title = Nothing to see here
exit-text = You can close this page now.
