//! The tables as diesel sees them; a test compares them with what the migrations make. Wider tables than sixteen
//! columns are split, because the larger sizes of diesel treble the time to compile.

diesel::table! {
    accounts (id) {
        id -> Text, email -> Nullable<Text>, confirmed_at -> Nullable<BigInt>, name -> Text, language -> Text,
        password_hash -> Nullable<Text>, totp_sealed -> Nullable<Binary>, totp_last_step -> Nullable<BigInt>,
        disabled_at -> Nullable<BigInt>, created_at -> BigInt,
    }
}
diesel::table! {
    house_roles (account, role) {
        account -> Text, role -> Text, specialities -> Text, languages -> Text, granted_at -> BigInt,
    }
}
diesel::table! {
    codes (hash) {
        hash -> Text, purpose -> Text, subject -> Text, created_at -> BigInt, expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    sessions (id) {
        id -> Text, account -> Text, kind -> Text, secret_hash -> Nullable<Text>, label -> Text,
        created_at -> BigInt, seen_at -> BigInt, proved_at -> Nullable<BigInt>, idle_until -> BigInt,
        expires_at -> BigInt, revoked_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    refresh_tokens (hash) {
        hash -> Text, session -> Text, issued_at -> BigInt, used_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    known_devices (account, hash) { account -> Text, hash -> Text, seen_at -> BigInt, }
}
diesel::table! {
    outbox (id) {
        id -> Text, message_id -> Text, purpose -> Text, to_sealed -> Nullable<Binary>,
        body_sealed -> Nullable<Binary>, state -> Text, due_at -> BigInt, leased_until -> BigInt,
        attempts -> Integer, problem -> Nullable<Text>, delivery -> Nullable<Text>, created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    audit (seq) {
        seq -> BigInt, at -> BigInt, actor -> Nullable<Text>, kind -> Text, dispute -> Nullable<Text>,
        subjects -> Text, previous -> Text, digest -> Text,
    }
}
diesel::table! {
    audit_head (id) { id -> Integer, last_seq -> BigInt, last_digest -> Text, }
}
diesel::table! {
    idempotency (account, key) {
        account -> Text, key -> Text, request_digest -> Text, status -> Integer, body_sealed -> Binary,
        created_at -> BigInt, expires_at -> BigInt,
    }
}
diesel::table! {
    disputes (id) {
        id -> Text, version -> BigInt, reference -> Nullable<Text>, category -> Text, stage -> Text,
        filed_at -> Nullable<BigInt>, due_at -> Nullable<BigInt>, over_at -> Nullable<BigInt>,
        changed_at -> BigInt, erased_at -> Nullable<BigInt>, awaits_screening -> Bool, awaits_takers -> Bool,
        awaits_mediator -> Bool, is_suspended -> Bool, process_sealed -> Binary, salt_sealed -> Binary,
    }
}
diesel::table! {
    reminders (dispute) {
        dispute -> Text, due_at -> BigInt, remind_at -> BigInt, reminded_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    dispute_people (dispute, account, role) { dispute -> Text, account -> Text, role -> Text, }
}
diesel::table! {
    assignments (id) {
        id -> Text, dispute -> Text, mediator -> Text, state -> Text, proposed_at -> BigInt,
    }
}
diesel::table! {
    claims (dispute) {
        dispute -> Text, claimant -> Text, email_digest -> Nullable<Text>, name_digest -> Nullable<Text>,
        sealed -> Binary, silenced -> Bool,
    }
}
diesel::table! {
    papers (dispute, kind, part) {
        dispute -> Text, kind -> Text, part -> Text, key -> Text, sealed -> Binary, at -> BigInt,
    }
}
diesel::table! {
    invitation_codes (locator) {
        locator -> Text, invitation -> Text, dispute -> Text, number -> Integer, secret_hash -> Text,
        expires_at -> BigInt, wrong_secrets -> Integer, replaced -> Bool, made_at -> BigInt, refused -> Bool,
    }
}
diesel::table! {
    duties (id) {
        id -> Text, kind -> Text, dispute -> Nullable<Text>, side -> Nullable<Text>, at -> BigInt,
        closed_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    channels (dispute, channel) { dispute -> Text, channel -> Text, last_seq -> BigInt, }
}
diesel::table! {
    entries (dispute, channel, seq) {
        dispute -> Text, channel -> Text, seq -> BigInt, id -> Text, at -> BigInt, account -> Nullable<Text>,
        author -> Text, body_digest -> Text, body_sealed -> Binary,
    }
}
diesel::table! {
    seats (dispute, account, channel, from_seq) {
        dispute -> Text, account -> Text, channel -> Text, from_seq -> BigInt, until_seq -> Nullable<BigInt>,
        seat -> Text, granted_at -> BigInt,
    }
}
diesel::table! {
    offers (dispute, channel, id) {
        dispute -> Text, channel -> Text, id -> Text, author -> Text, state -> Text,
        expires_at -> Nullable<BigInt>, made -> BigInt, answered -> BigInt, content_sealed -> Binary,
    }
}
diesel::table! {
    blind_bids (dispute, id) {
        dispute -> Text, id -> Text, state -> Text, round -> Integer, asked_at -> BigInt,
        question_sealed -> Binary, met_sealed -> Nullable<Binary>,
    }
}
diesel::table! {
    blind_bid_figures (dispute, bid, side) {
        dispute -> Text, bid -> Text, side -> Text, figure_sealed -> Binary,
    }
}
diesel::table! {
    proposals (dispute, id) {
        dispute -> Text, id -> Text, state -> Text, made_at -> BigInt, expires_at -> BigInt,
        content_sealed -> Binary,
    }
}
diesel::table! {
    proposal_answers (dispute, proposal, side) {
        dispute -> Text, proposal -> Text, side -> Text, answer_sealed -> Binary,
    }
}
diesel::table! {
    files (id) {
        id -> Text, dispute -> Text, owner -> Text, side -> Nullable<Text>, channel -> Nullable<Text>,
        content_type -> Text, bytes -> BigInt, name_sealed -> Binary, shown -> Bool, at -> BigInt,
        quarantine -> Nullable<Text>,
    }
}
diesel::table! {
    thumbnails (file) { file -> Text, width -> Integer, height -> Integer, picture_sealed -> Binary, }
}
diesel::table! {
    file_entries (file, seq) { file -> Text, seq -> BigInt, }
}
diesel::table! {
    shares (dispute, channel, entry) {
        dispute -> Text, channel -> Text, entry -> Text, state -> Text, copy_channel -> Nullable<Text>,
        copy -> Nullable<Text>, file -> Nullable<Text>,
    }
}
diesel::table! {
    standings (dispute, channel, kind) { dispute -> Text, channel -> Text, kind -> Text, entry -> Text, }
}
diesel::table! {
    summary_answers (dispute, channel, entry, side) {
        dispute -> Text, channel -> Text, entry -> Text, side -> Text, answer -> Text,
    }
}
diesel::table! {
    settlements (id) {
        id -> Text, dispute -> Text, reference -> Text, category -> Text, sealed_at -> BigInt, digest -> Text,
        auditor_may_read -> Bool, json_sealed -> Binary, jws_sealed -> Binary, pdf_sealed -> Binary,
        supersedes -> Nullable<Text>,
    }
}
diesel::table! {
    amendments (dispute) { dispute -> Text, settlement -> Text, }
}
diesel::table! {
    deliveries (id) {
        id -> Text, settlement -> Text, account -> Text, side -> Nullable<Text>, choice -> Text, state -> Text,
        made_at -> BigInt, changed_at -> BigInt, certification -> Nullable<Text>,
    }
}
diesel::table! {
    certifications (id) {
        id -> Text, settlement -> Text, dispute -> Text, state -> Text, asked_by -> Text, refused -> Bool,
        asked_at -> BigInt, agreed_at -> Nullable<BigInt>, since -> BigInt, capacity -> Nullable<Text>,
        account -> Nullable<Text>, certifier_sealed -> Nullable<Binary>, digest -> Nullable<Text>,
        json_sealed -> Nullable<Binary>, jws_sealed -> Nullable<Binary>, pdf_sealed -> Nullable<Binary>,
    }
}
diesel::table! {
    delivery_steps (delivery, number) { delivery -> Text, number -> Integer, state -> Text, at -> BigInt, }
}
diesel::table! {
    drafts (account, key) { account -> Text, key -> Text, sealed -> Binary, at -> BigInt, }
}
diesel::table! {
    ledger_head (id) { id -> Integer, size -> BigInt, mailed_at -> BigInt, }
}
diesel::table! {
    ledger_leaves (number) { number -> BigInt, kind -> Text, subject -> Text, leaf -> Text, at -> BigInt, }
}
diesel::table! {
    ledger_nodes (level, position) { level -> Integer, position -> BigInt, hash -> Binary, }
}
diesel::table! {
    ledger_checkpoints (size) { size -> BigInt, note -> Text, at -> BigInt, }
}
diesel::table! {
    ledger_cosignatures (size, witness) { size -> BigInt, witness -> Text, line -> Text, at -> BigInt, }
}
diesel::table! {
    phrases (id) { id -> Text, account -> Text, at -> BigInt, sealed -> Binary, }
}
diesel::table! {
    passkeys (id) {
        id -> Text, account -> Text, credential -> Text, public_key -> Binary, counter -> BigInt,
        may_be_backed_up -> Bool, transports -> Text, name_sealed -> Binary, added_at -> BigInt,
        used_at -> Nullable<BigInt>, suspended_at -> Nullable<BigInt>,
    }
}
diesel::table! {
    findings (id) {
        id -> Text, settlement -> Text, auditor -> Text, at -> BigInt, sealed -> Binary, kind -> Text,
    }
}
diesel::table! {
    uploads (id) {
        id -> Text, dispute -> Text, account -> Text, side -> Nullable<Text>, channel -> Nullable<Text>,
        length -> BigInt, received -> BigInt, pieces -> Integer, name_sealed -> Binary, begun_at -> BigInt,
    }
}
diesel::table! {
    holds (id) {
        id -> Text, dispute -> Text, reason_sealed -> Binary, placed_by -> Text, placed_at -> BigInt,
        confirmed_by -> Nullable<Text>, confirmed_at -> Nullable<BigInt>, lifted_by -> Nullable<Text>,
        lifted_at -> Nullable<BigInt>, ended_by -> Nullable<Text>, ended_at -> Nullable<BigInt>,
    }
}
// The vault's two tables lie in a database of their own.
diesel::table! {
    wrapped_keys (dispute, kind) { dispute -> Text, kind -> Text, wrapped -> Binary, }
}
diesel::table! {
    erasures (dispute, kind) { dispute -> Text, kind -> Text, at -> BigInt, }
}

diesel::allow_tables_to_appear_in_same_query!(accounts, house_roles, sessions, refresh_tokens);
diesel::allow_tables_to_appear_in_same_query!(disputes, dispute_people, claims, reminders);
diesel::allow_tables_to_appear_in_same_query!(settlements, deliveries);
diesel::allow_tables_to_appear_in_same_query!(settlements, findings);
diesel::allow_tables_to_appear_in_same_query!(settlements, certifications);
diesel::allow_tables_to_appear_in_same_query!(certifications, ledger_leaves);
diesel::allow_tables_to_appear_in_same_query!(disputes, holds);
diesel::allow_tables_to_appear_in_same_query!(disputes, amendments);
diesel::allow_tables_to_appear_in_same_query!(dispute_people, amendments);
diesel::allow_tables_to_appear_in_same_query!(settlements, dispute_people);
diesel::allow_tables_to_appear_in_same_query!(settlements, ledger_leaves);
diesel::allow_tables_to_appear_in_same_query!(accounts, dispute_people);
diesel::allow_tables_to_appear_in_same_query!(disputes, ledger_leaves);
diesel::allow_tables_to_appear_in_same_query!(files, file_entries);
diesel::joinable!(file_entries -> files (file));
