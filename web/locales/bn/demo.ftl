### শুধু নমুনায় যা থাকে।
demo-title = নমুনার মানুষ
demo-text = একজনকে বেছে তাঁর চোখে প্রতিষ্ঠানটি দেখুন। যেকোনো সময় বদলাতে পারেন।
demo-sign-in = ঢুকুন
demo-role-claimant = মধ্যস্থতা চান
demo-role-respondent = আমন্ত্রিত হন
demo-role-mediator = মধ্যস্থতা করেন
demo-role-registrar = প্রতিষ্ঠান চালান
demo-role-auditor = আদালতের হয়ে নিরীক্ষা করেন
mailbox-title = নমুনার ডাকবাক্স
mailbox-text = এই নমুনা যত মেইল পাঠিয়েছে। আসল প্রতিষ্ঠান কারও মেইল দেখায় না।
mailbox-none = এখনো কোনো মেইল পাঠানো হয়নি।
mailbox-subject = বিষয়
mailbox-from = প্রেরক
mailbox-attachments = সঙ্গের কাগজ
