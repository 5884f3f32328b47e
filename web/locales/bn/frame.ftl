### প্রতিটি পাতার চারপাশে যা থাকে।
frame-skip = মূল লেখায় যান
frame-demo = এটি একটি নমুনা। এখানে কিছুই আসল নয়।
frame-demo-people = নমুনার মানুষ
frame-demo-mailbox = নমুনার ডাকবাক্স
frame-exit = এই পাতা ছাড়ুন
frame-nav = আপনার পাতা
frame-languages = ভাষা
frame-disputes = আপনার বিরোধ
frame-mediator = মধ্যস্থতাকারী
frame-registrar = নিবন্ধক
frame-audit = নিরীক্ষা
frame-account = অ্যাকাউন্ট
frame-signed-in-as = আপনি { $name } নামে ঢুকেছেন।
frame-sign-out = বেরিয়ে যান
frame-help = সাহায্য
frame-verify = নথি যাচাই
frame-statistics = পরিসংখ্যান
frame-court = আপনি এখনো আদালতে যেতে পারেন। আপনার দেশের আইনে না বলা থাকলে Concord ব্যবহার করলেও আদালতের সময়সীমা থামে না।
frame-back = ফিরে যান
frame-next = এগিয়ে যান
frame-save = রেখে দিন
frame-cancel = বাদ দিন
frame-yes = হ্যাঁ
frame-no = না
frame-you = আপনি
frame-none = নেই
frame-costs = খরচ কত
frame-time = কত সময় লাগে
frame-sees = কে দেখবেন

form-problem = একটি সমস্যা আছে
form-optional = খালি রাখতে পারেন

notice-saved = রাখা হয়েছে।
notice-sent = পাঠানো হয়েছে।
notice-signed-out = আপনি বেরিয়ে গেছেন।
notice-confirmed = আপনার ঠিকানা নিশ্চিত হয়েছে। এখন ঢুকতে পারেন।
notice-password-changed = আপনার পাসওয়ার্ড বদলেছে। এখন নতুনটি দিয়ে ঢুকতে পারেন।
notice-filed = আপনার বিরোধ আমরা পেয়েছি।
notice-withdrawn = আপনি চলে এসেছেন। অন্য পক্ষ শুধু পড়েন যে মধ্যস্থতা শেষ হয়েছে।
notice-draft-deleted = আপনি যা লিখেছিলেন তা মুছে ফেলা হয়েছে।
notice-delivered = আমরা সেভাবেই পাঠাব।
notice-joined = এখন আপনি অংশ নিচ্ছেন।
notice-ready = ধন্যবাদ। সবাই প্রস্তুত হলে আমরা এগোব।
notice-agreed = ধন্যবাদ। আপনার সম্মতি তারিখসহ রাখা হলো।
notice-retried = আমরা আবার চেষ্টা করব।
notice-decided = আপনার সিদ্ধান্ত রাখা হয়েছে।
notice-seen = হয়েছে। লাইনটি আপনার তালিকা থেকে সরেছে।
notice-shown = আপনারা দুজনেই তৈরি হলে অন্য পক্ষ এটি দেখতে পাবেন।
notice-added = ফাইলটি যোগ হয়েছে।
notice-offered = আপনার প্রস্তাব দেওয়া হয়েছে। এটি বাধ্যকর নয়।

month-1 = জানুয়ারি
month-2 = ফেব্রুয়ারি
month-3 = মার্চ
month-4 = এপ্রিল
month-5 = মে
month-6 = জুন
month-7 = জুলাই
month-8 = আগস্ট
month-9 = সেপ্টেম্বর
month-10 = অক্টোবর
month-11 = নভেম্বর
month-12 = ডিসেম্বর

category-tenancy = ভাড়া ও বাসা
category-consumer = কেনা জিনিস বা সেবা
category-debt = ধার বা পাওনা টাকা
category-work = মজুরি ও কাজ
category-neighbours = প্রতিবেশী
category-family = পরিবার
category-other = অন্য কিছু

role-claimant = মধ্যস্থতা চেয়েছেন
role-respondent = আমন্ত্রিত
role-mediator = মধ্যস্থতাকারী
role-registrar = নিবন্ধক
role-auditor = নিরীক্ষক
role-house = প্রতিষ্ঠান

language-en = ইংরেজি
language-bn = বাংলা
language-ur = উর্দু

exit-title = এখানে দেখার কিছু নেই
exit-text = এখন এই পাতা বন্ধ করতে পারেন।
