// @ts-check
/**
 * Passkeys: offers to add one where the browser has them, has one made, and has one sign the text on the page in place of a
 * password. What of the answers counts, the server decides; without this a person signs by password.
 * @typedef {{id: string, transports: AuthenticatorTransport[]}} Known
 * @typedef {{challenge: string, relying_party: string, user: string, user_name: string, algorithms: number[], exclude: Known[]}} Making
 * @typedef {{challenge: string, relying_party: string, allow: Known[]}} Asking
 */

/** How long a person may take, in milliseconds. */
const PATIENCE = 300_000;

/** @param {string} text Base64 for URLs */
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

/** @param {ArrayBuffer} buffer */
const base64 = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** @param {Known[]} known @returns {PublicKeyCredentialDescriptor[]} */
const named = (known) => known.map(({ id, transports }) => ({ type: "public-key", id: bytes(id), ...(transports.length > 0 ? { transports } : {}) }));

/** @param {Element} element @param {string} name */
const part = (element, name) => /** @type {HTMLElement|null} */ (element.querySelector(`[data-part=${name}]`));

/** @param {HTMLFormElement} form @param {string} name */
function field(form, name) {
  const found = form.elements.namedItem(name);
  return found instanceof HTMLInputElement ? found : undefined;
}

/** @param {Making} options @returns {Promise<object>} */
async function makes({ challenge, relying_party, user, user_name, algorithms, exclude }) {
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: bytes(challenge),
      rp: { id: relying_party, name: "Concord" },
      user: { id: bytes(user), name: user_name, displayName: user_name },
      pubKeyCredParams: algorithms.map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: named(exclude),
      authenticatorSelection: { residentKey: "discouraged", userVerification: "required" },
      attestation: "none",
      timeout: PATIENCE,
    },
  });
  const { response } = /** @type {PublicKeyCredential} */ (made);
  const { clientDataJSON, attestationObject, getTransports } = /** @type {AuthenticatorAttestationResponse} */ (response);
  return { client_data: base64(clientDataJSON), attestation: base64(attestationObject), transports: getTransports?.call(response) ?? [] };
}

/** @param {Asking} options @returns {Promise<object>} */
async function signs({ challenge, relying_party, allow }) {
  const publicKey = { challenge: bytes(challenge), rpId: relying_party, allowCredentials: named(allow), timeout: PATIENCE };
  const got = await navigator.credentials.get({ publicKey: { ...publicKey, userVerification: "required" } });
  const { id, response } = /** @type {PublicKeyCredential} */ (got);
  const { clientDataJSON, authenticatorData, signature, userHandle } = /** @type {AuthenticatorAssertionResponse} */ (response);
  const said = { credential: id, client_data: base64(clientDataJSON), authenticator_data: base64(authenticatorData), signature: base64(signature) };
  return userHandle ? { ...said, user: base64(userHandle) } : said;
}

/** @param {HTMLFormElement} form @param {string} start @returns {HTMLInputElement[]} */
const inputs = (form, start) => [.../** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll(`input[name^="${start}"]`))];

/** What is said beside the text. Only who signs freely is asked for here. @param {HTMLFormElement} form */
const promised = (form) => ({ freely: true, auditor_may_read_terms: inputs(form, "auditor_may_read_terms").some((input) => input.checked) });

/**
 * Whether a device is to sign what the form says: everything that the server asks for is there, and nobody said that they do
 * not sign freely, which needs no device. Otherwise the server says what to do.
 * @param {HTMLFormElement} form @param {string} intent
 */
function isReady(form, intent) {
  const isNamed = Boolean(field(form, "name")?.value.trim());
  if (intent !== "sign") return isNamed;
  const isFree = inputs(form, "freely").some((input) => input.checked && input.value === "yes");
  return isNamed && isFree && inputs(form, "term-").every((input) => input.type !== "checkbox" || input.checked);
}

/** @param {HTMLFormElement} form @param {string} dispute @param {string} intent @returns {Promise<Asking>} */
async function asks(form, dispute, intent) {
  const answer = await fetch(`/api/v1/disputes/${dispute}/agreement/signatures/challenges`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrf-token": field(form, "csrf")?.value ?? "" },
    body: JSON.stringify({ digest: field(form, "digest")?.value, intent, ...(intent === "sign" ? promised(form) : {}) }),
  });
  if (!answer.ok) throw new Error("no challenge");
  return answer.json();
}

/**
 * A button that has a device asked, and sends the form with what it answered.
 * @param {Element} element @param {HTMLFormElement} form @param {HTMLButtonElement} button @param {HTMLInputElement} into
 * @param {() => Promise<object>} asked @param {() => boolean} [isTime]
 */
function onPress(element, form, button, into, asked, isTime = () => true) {
  const failed = part(element, "failed");
  // Whoever presses another button, or comes back to this page, does not mean what a device answered before.
  form.addEventListener("submit", (event) => {
    if (event.submitter) into.value = "";
  });
  addEventListener("pageshow", () => {
    into.value = "";
    button.disabled = false;
  });
  button.addEventListener("click", async () => {
    if (!isTime()) {
      into.value = "";
      form.requestSubmit();
      return;
    }
    button.disabled = true;
    if (failed) failed.hidden = true;
    try {
      into.value = JSON.stringify(await asked());
      // A browser may have filled these in: the device has answered in their place.
      for (const name of ["password", "totp"]) {
        const typed = field(form, name);
        if (typed) typed.value = "";
      }
      form.requestSubmit();
    } catch {
      // They said no, were too slow, or the device has none of these passkeys: it looks the same to a page.
      if (failed) failed.hidden = false;
      button.disabled = false;
    }
  });
}

/** @param {Element} element */
export default function passkey(element) {
  if (!(element instanceof HTMLElement)) return;
  const { does, origin, options = "", dispute = "", intent = "" } = element.dataset;
  if (!isSecureContext || typeof PublicKeyCredential !== "function" || location.origin !== origin) return;
  const [able, unable, form] = [part(element, "able"), part(element, "unable"), element.closest("form")];
  if (able) able.hidden = false;
  if (unable) unable.hidden = true;
  const button = element.querySelector("button[type=button]");
  const into = form && field(form, does === "sign" ? "passkey" : "credential");
  if (!form || !into || !(button instanceof HTMLButtonElement)) return;
  if (does === "make") onPress(element, form, button, into, () => makes(JSON.parse(options)));
  if (does === "sign") {
    onPress(element, form, button, into, async () => signs(await asks(form, dispute, intent)), () => isReady(form, intent));
    element.hidden = false;
  }
}
