### ہر صفحے کے گرد جو کچھ ہوتا ہے۔
frame-skip = اصل تحریر پر جائیں
frame-demo = یہ صرف نمونہ ہے۔ یہاں کچھ اصلی نہیں۔
frame-demo-people = نمونے کے لوگ
frame-demo-mailbox = نمونے کی ڈاک
frame-exit = یہ صفحہ چھوڑیں
frame-nav = آپ کے صفحے
frame-languages = زبانیں
frame-disputes = آپ کے تنازعات
frame-mediator = ثالث
frame-registrar = رجسٹرار
frame-audit = آڈٹ
frame-account = اکاؤنٹ
frame-signed-in-as = آپ { $name } کے نام سے داخل ہیں۔
frame-sign-out = باہر نکلیں
frame-help = مدد
frame-verify = ریکارڈ جانچیں
frame-statistics = اعداد و شمار
frame-court = آپ اب بھی عدالت جا سکتے ہیں۔ جب تک آپ کا مقامی قانون نہ کہے، Concord کے استعمال سے عدالت کی مدت نہیں رکتی۔
frame-back = واپس
frame-next = آگے بڑھیں
frame-save = محفوظ کریں
frame-cancel = رہنے دیں
frame-yes = ہاں
frame-no = نہیں
frame-you = آپ
frame-none = کوئی نہیں
frame-costs = خرچ
frame-time = کتنا وقت لگے گا
frame-sees = کون دیکھے گا

form-problem = ایک مسئلہ ہے
form-optional = خالی چھوڑ سکتے ہیں

notice-saved = محفوظ ہو گیا۔
notice-sent = بھیج دیا گیا۔
notice-signed-out = آپ باہر نکل گئے ہیں۔
notice-confirmed = آپ کا پتا تصدیق ہو گیا۔ اب آپ داخل ہو سکتے ہیں۔
notice-password-changed = آپ کا پاس ورڈ بدل گیا۔ اب نئے پاس ورڈ سے داخل ہوں۔
notice-filed = آپ کا تنازعہ ہمیں مل گیا ہے۔
notice-withdrawn = آپ الگ ہو گئے ہیں۔ دوسرا شخص صرف یہ پڑھتا ہے کہ ثالثی ختم ہو گئی ہے۔
notice-draft-deleted = جو آپ نے لکھا تھا وہ مٹا دیا گیا ہے۔
notice-delivered = ہم اسی طرح بھیجیں گے۔
notice-joined = اب آپ حصہ لے رہے ہیں۔
notice-ready = شکریہ۔ جب سب تیار ہوں گے تو ہم آگے بڑھیں گے۔
notice-agreed = شکریہ۔ آپ کی رضامندی تاریخ کے ساتھ محفوظ ہے۔
notice-retried = ہم دوبارہ کوشش کریں گے۔
notice-decided = آپ کا فیصلہ محفوظ ہو گیا۔
notice-seen = ہو گیا۔ یہ سطر آپ کی فہرست سے ہٹ گئی۔
notice-shown = آپ دونوں کے تیار ہوتے ہی دوسرا شخص اسے دیکھ سکے گا۔
notice-added = فائل شامل ہو گئی۔
notice-offered = آپ کی پیشکش ہو گئی۔ یہ پابند نہیں کرتی۔

month-1 = جنوری
month-2 = فروری
month-3 = مارچ
month-4 = اپریل
month-5 = مئی
month-6 = جون
month-7 = جولائی
month-8 = اگست
month-9 = ستمبر
month-10 = اکتوبر
month-11 = نومبر
month-12 = دسمبر

category-tenancy = کرایہ اور مکان
category-consumer = خریدی ہوئی چیز یا خدمت
category-debt = ادھار یا واجب رقم
category-work = مزدوری اور کام
category-neighbours = پڑوسی
category-family = خاندان
category-other = کچھ اور

role-claimant = جس نے ثالثی چاہی
role-respondent = جسے دعوت دی گئی
role-mediator = ثالث
role-registrar = رجسٹرار
role-auditor = آڈیٹر
role-house = ادارہ

language-en = انگریزی
language-bn = بنگالی
language-ur = اردو

exit-title = یہاں دیکھنے کو کچھ نہیں
exit-text = اب آپ یہ صفحہ بند کر سکتے ہیں۔
