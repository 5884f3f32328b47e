### جو صرف نمونے میں ہوتا ہے۔
demo-title = نمونے کے لوگ
demo-text = کسی کو چنیں اور ادارے کو اس کی نظر سے دیکھیں۔ آپ کسی بھی وقت بدل سکتے ہیں۔
demo-sign-in = داخل ہوں
demo-role-claimant = مصالحت چاہتے ہیں
demo-role-respondent = انہیں دعوت دی گئی ہے
demo-role-mediator = مصالحت کرتے ہیں
demo-role-registrar = ادارہ چلاتے ہیں
demo-role-auditor = عدالت کے لیے آڈٹ کرتے ہیں
mailbox-title = نمونے کی ڈاک
mailbox-text = وہ سب میل جو اس نمونے نے بھیجی ہیں۔ اصل ادارہ کسی کی میل نہیں دکھاتا۔
mailbox-none = ابھی کوئی میل نہیں بھیجی گئی۔
mailbox-subject = موضوع
mailbox-from = کس سے
mailbox-attachments = منسلک فائلیں
