// The demo's phone: places a call, shows and speaks the prompts, presses keys for caller and callee, leaves a
// message.
import { t } from "./texts.js";
import { recordWav, murmurWav } from "./wav.js";

const byId = (id) => document.getElementById(id);
const csrf = document.querySelector('meta[name="csrf"]').content;
let call = null;
let source = null;

async function send(path, body, type = "application/json") {
  const response = await fetch(new URL(`../phone/calls${path}`, import.meta.url), {
    method: "POST",
    headers: { "Content-Type": type, "X-CSRF-Token": csrf },
    body: type === "application/json" ? JSON.stringify(body) : body,
  });
  if (!response.ok) log(await response.text(), "problem");
  return response;
}

function log(text, className = "") {
  const line = document.createElement("li");
  line.textContent = text;
  line.className = className;
  byId("line").append(line);
  line.scrollIntoView({ block: "nearest" });
}

function speak(text, party) {
  if (!byId("aloud").checked || !("speechSynthesis" in window)) return;
  const words = new SpeechSynthesisUtterance(text);
  words.pitch = party === "callee" ? 1.4 : 1;
  speechSynthesis.speak(words);
}

const hush = () => window.speechSynthesis?.cancel();
const enable = (selector, on) => document.querySelectorAll(selector).forEach((each) => { each.disabled = !on; });

function onLine(on) {
  enable("#dial", !on);
  enable("#hang-up, .key", on);
  if (!on) enable("#message, #answer, #decline, .callee-key, #callee-hang-up", false);
}

const show = {
  placed: (e) => log(t("placed", e)),
  heard: (e) => { log(e.party === "callee" ? t("callee-heard", e) : t("heard", e), e.party); speak(e.text, e.party); },
  key_requested: (e) => { if (e.party === "callee") enable(".callee-key", true); },
  pressed: (e) => { hush(); log(e.party === "callee" ? t("callee-pressed", e) : t("pressed", e), e.party); },
  silent: (e) => log(e.party === "callee" ? t("callee-silent") : t("silent"), e.party),
  ringing: (e) => { byId("callee-state").textContent = t("is-ringing", e); enable("#answer, #decline", true); log(t("rings", e), "callee"); },
  ring_ended: (e) => { const how = t("ring-ended", { ...e, status: t(`word-${e.status.replace("_", "-")}`) }); byId("callee-state").textContent = how; enable("#answer, #decline", false); enable("#callee-hang-up", e.status === "answered"); log(how, "callee"); },
  bridged: () => { byId("callee-state").textContent = t("talking"); enable(".callee-key", false); log(t("bridged")); },
  talked: (e) => { byId("callee-state").textContent = t("at-rest"); enable("#callee-hang-up, .callee-key", false); log(t("talked", { n: e.seconds })); },
  tone: () => { enable("#message", true); log(t("tone")); },
  recorded: (e) => { enable("#message", false); log(e.seconds ? t("recorded", { n: e.seconds }) : t("not-recorded")); },
  problem: (e) => log(e.text, "problem"),
  ended: (e) => { log(t("over", { ...e, n: e.seconds })); hush(); source.close(); call = null; byId("callee-state").textContent = t("at-rest"); onLine(false); },
};

byId("dial").addEventListener("click", async () => {
  byId("line").replaceChildren();
  const response = await send("", { from: byId("from").value });
  if (!response.ok) return;
  call = (await response.json()).id;
  onLine(true);
  source = new EventSource(new URL(`../phone/calls/${call}/events`, import.meta.url));
  source.addEventListener("message", (event) => {
    const line = JSON.parse(event.data);
    show[line.event]?.(line);
  });
  source.addEventListener("error", () => source.close());
});

const act = (party, what) => call && send(`/${call}/${party}`, what);
byId("hang-up").addEventListener("click", () => act("caller", { do: "hang_up" }));
document.querySelectorAll(".key").forEach((key) =>
  key.addEventListener("click", () => act("caller", { do: "press", keys: key.dataset.key })));
byId("answer").addEventListener("click", () => act("callee", { do: "answer" }));
byId("decline").addEventListener("click", () => act("callee", { do: "decline" }));
byId("callee-hang-up").addEventListener("click", () => act("callee", { do: "hang_up" }));
document.querySelectorAll(".callee-key").forEach((key) =>
  key.addEventListener("click", () => act("callee", { do: "press", keys: key.dataset.key })));

const leave = (wav) => call && send(`/${call}/message`, wav, "audio/wav");
byId("tone").addEventListener("click", () => leave(murmurWav(3)));
byId("file").addEventListener("change", (event) => { const [file] = event.target.files; if (file) leave(file); event.target.value = ""; });
let stopRecording = null;
byId("record").addEventListener("click", async () => {
  if (stopRecording) {
    const stop = stopRecording;
    stopRecording = null;
    byId("record").textContent = t("record");
    return leave(await stop());
  }
  try {
    stopRecording = await recordWav();
    byId("record").textContent = t("stop");
  } catch (error) {
    log(t("no-microphone", { why: error.message }), "problem");
  }
});
