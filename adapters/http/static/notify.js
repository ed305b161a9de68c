// Notifications on this device, for users who want them: missed calls and voicemails, and calls that are assigned to them.
import { toast } from "./feedback.js";
import { t } from "./texts.js";

const button = document.getElementById("notify");
const me = document.querySelector('meta[name="user"]')?.content;
const KEY = `notify:${me}`;
// Calls that are not on the page and began longer ago than this, in milliseconds, cause no notification.
const NEWS_FOR = 3_600_000;
const wanted = () => localStorage.getItem(KEY) === "on";
const allowed = () => "Notification" in window && Notification.permission === "granted";
// Calls that already needed attention or were assigned when the page was opened cause no notification.
const known = new Map([...document.querySelectorAll("tr.call")].map((row) => [row.dataset.id, stateOf(row)]));

function stateOf(row) {
  return { attention: row.classList.contains("attention"), mine: row.dataset.assignee === me };
}

// Plays two short tones, which are generated here, so that no file is loaded.
function sound() {
  const context = new AudioContext();
  for (const [at, pitch] of [[0, 660], [0.18, 880]]) {
    const tone = new OscillatorNode(context, { frequency: pitch });
    const volume = new GainNode(context, { gain: 0.08 });
    tone.connect(volume).connect(context.destination);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + at + 0.14);
  }
  setTimeout(() => context.close(), 1000);
}

// Shows a notification of a changed call if necessary; `row` is the call as it is now.
export function notify(row) {
  const now = stateOf(row);
  // An old call that is not on this page may have needed attention for long; a change of it causes no notification.
  const isOld = Date.now() - Date.parse(row.querySelector("time")?.dateTime) > NEWS_FOR;
  const before = known.get(row.dataset.id) ?? (isOld ? now : { attention: false, mine: false });
  known.set(row.dataset.id, now);
  if (!wanted() || !allowed()) return;
  const waits = now.attention && !before.attention;
  const assigned = now.mine && !before.mine;
  if (!waits && !assigned) return;
  const text = (selector) => row.querySelector(selector)?.textContent.replace(/\s+/g, " ").trim() ?? "";
  const title = assigned ? t("assigned-to-you", { who: text(".caller") }) : `${text(".pill")}: ${text(".caller")}`;
  const link = row.querySelector(".caller").href;
  const shown = new Notification(title, { body: text(".reason"), tag: row.dataset.id, icon: new URL("icon-192.png", import.meta.url).href });
  shown.addEventListener("click", () => { window.focus(); location.assign(link); });
  sound();
}

function show() {
  button.setAttribute("aria-pressed", String(wanted() && allowed()));
}

if (button && "Notification" in window) {
  button.hidden = false;
  show();
  button.addEventListener("click", async () => {
    const on = !(wanted() && allowed());
    if (on && (await Notification.requestPermission()) !== "granted") {
      localStorage.removeItem(KEY);
      toast(t("notify-denied"));
    } else {
      localStorage.setItem(KEY, on ? "on" : "off");
      toast(on ? t("notify-on") : t("notify-off"));
      if (on) sound();
    }
    show();
  });
}
