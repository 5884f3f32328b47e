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
// The vault's two tables lie in a database of their own.
diesel::table! {
    wrapped_keys (dispute, kind) { dispute -> Text, kind -> Text, wrapped -> Binary, }
}
diesel::table! {
    erasures (dispute, kind) { dispute -> Text, kind -> Text, at -> BigInt, }
}

diesel::allow_tables_to_appear_in_same_query!(accounts, house_roles, sessions, refresh_tokens);
