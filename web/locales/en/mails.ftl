### Mails. No substance: no person's name, title, amount or reason. No word that begins with the name of the page for
### addresses may stand before its address.
mail-greeting = Hello,
mail-confirmation-subject = Your new account
mail-confirmation-text = Somebody used this mail address for a new account with us. If it was you, please open this page and press the button. It works for 24 hours.
mail-confirmation-not-you = If it was not you, do nothing. Then there will be no account.
mail-reset-subject = A new password
mail-reset-text = Somebody asked for a new password for your account. If it was you, please open this page. It works for 1 hour.
mail-reset-not-you = If it was not you, do nothing. Your password stays as it is.
mail-invitation-subject = An invitation to mediation
mail-invitation-text = { $institution } invites you to mediation. In mediation, a neutral person helps two people to find a solution. You can read the invitation here, without an account:
mail-invitation-free = Reading it costs nothing. You can answer until { $date }.
mail-invitation-no = You can say yes, not now, or no. Saying no has no effect here. If you have court papers, they still count: please answer those too.
mail-invitation-code = If you do not want to open a link from a mail, type the last part of it by hand here: { $address }
mail-invitation-never = We never ask for money, a PIN or a one-time code.
mail-something-subject = There is something for you
mail-something-text = Something is waiting for you. Please sign in to read it.
mail-deadline-subject = A day to keep in mind
mail-deadline-text = Something is waiting for you until { $date }. Please sign in to see what it is.
mail-record-subject = Your document
mail-record-attached = Your document is attached to this mail. Please keep it.
mail-record-encrypted = It is in the file record.zip, and opens with the passphrase that you chose, in an app such as 7-Zip. We cannot send you the passphrase.
mail-record-verify = Anyone can check here that it is genuine:
mail-record-link = Your document is ready. Please sign in to fetch it.
mail-ended-subject = There is news for you
mail-ended-text = There is news for you. Please sign in to read it.
mail-not-confirmed-text = You answered an invitation, and we could not confirm that it was meant for you. So nothing goes on here. If you think that this is a mistake, please call us or write to us.
mail-known-text = Somebody asked for a new account with this mail address. You have one already. If it was you, please sign in. If it was not you, do nothing.
