// @ts-check
/**
 * What a member of a call sees of it: its state in words, the buttons, the pictures. Here nothing is decided.
 * @typedef {{on: () => Promise<void>, off: () => void, isOn: () => boolean}} Camera
 */

/**
 * @param {{panel: HTMLElement, words: Record<string, string>, say: (text: string) => void, camera: Camera,
 *   mutes: (is: boolean) => void, leaves: () => void}} on
 */
export function controls({ panel, words, say, camera, mutes, leaves }) {
  /** @param {string} key */
  const word = (key) => words[key] ?? "";
  panel.querySelector("[data-made]")?.remove();
  const box = document.createElement("div");
  box.dataset.made = "";
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  const note = document.createElement("p");
  note.className = "quiet";
  note.textContent = word("private");
  const buttons = document.createElement("div");
  buttons.className = "buttons";
  const pictures = document.createElement("div");
  pictures.className = "pictures";
  /** @param {string} key @param {() => void} press */
  const button = (key, press) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "second";
    made.textContent = word(key);
    made.addEventListener("click", press);
    buttons.append(made);
    return made;
  };
  let isMuted = false;
  const mute = button("mute", () => {
    isMuted = !isMuted;
    mutes(isMuted);
    mute.textContent = word(isMuted ? "unmute" : "mute");
  });
  const picture = button("camera", async () => {
    picture.disabled = true;
    try {
      if (camera.isOn()) camera.off();
      else await camera.on();
    } catch {
      say(word("no-camera"));
      status.textContent = word("no-camera");
    }
    picture.disabled = false;
    picture.textContent = word(camera.isOn() ? "no-picture" : "camera");
  });
  button("leave", leaves);
  // What is pressed stands last: words that come and go above it never move it from under a finger.
  box.append(status, pictures, note, buttons);
  panel.append(box);
  mute.focus();
  /** @type {Map<number, {sound: HTMLAudioElement, view: HTMLVideoElement}>} */
  const others = new Map();
  return {
    word,
    /** @param {string} key @param {string} [name] */
    state(key, name = "") {
      const text = word(key).replace("%1", name);
      if (status.textContent !== text) status.textContent = text;
      // It was read by then, and on a small screen the words of the others need its place. It does not come back: whoever
      // is about to press a button would press beside it.
      note.hidden ||= key === "connected";
    },
    /** @param {string} key of the words that say why */
    pictureIsOff(key) {
      picture.textContent = word("camera");
      status.textContent = word(key);
    },
    /** Sound is heard at once; a picture is shown while it comes. @param {number} n @param {string} name @param {MediaStreamTrack} track @param {MediaStream} stream */
    plays(n, name, track, stream) {
      const known = others.get(n);
      const sound = known?.sound ?? document.createElement("audio");
      const view = known?.view ?? document.createElement("video");
      if (!known) {
        Object.assign(sound, { autoplay: true });
        Object.assign(view, { autoplay: true, muted: true, playsInline: true, hidden: true, className: "picture" });
        view.setAttribute("aria-label", word("picture-of").replace("%1", name));
        others.set(n, { sound, view });
        pictures.append(sound, view);
      }
      if (track.kind === "audio") sound.srcObject = stream;
      else {
        view.srcObject = stream;
        const show = () => (view.hidden = track.muted);
        Object.assign(track, { onunmute: show, onmute: show });
        show();
      }
    },
    /** @param {number} n */
    without(n) {
      const gone = others.get(n);
      gone?.sound.remove();
      gone?.view.remove();
      others.delete(n);
    },
    /** @param {string} text the last words about it */
    closes(text) {
      box.replaceChildren(status);
      status.textContent = text;
      if (!text) box.remove();
    },
  };
}
