### What only the demo shows.
demo-title = Demo people
demo-text = Choose somebody and look at the house with their eyes. You can change at any time.
demo-sign-in = Sign in
demo-role-claimant = asks for mediation
demo-role-respondent = is invited
demo-role-mediator = mediates
demo-role-registrar = runs the house
demo-role-auditor = audits for the court
mailbox-title = Demo mailbox
mailbox-text = Every mail that this demo has sent. A real house shows nobody's mail.
mailbox-none = No mail has been sent yet.
mailbox-subject = Subject
mailbox-from = From
mailbox-attachments = Attachments
