// The voicemail player: a waveform to seek in, speed, skip buttons, the resume position, and who has played the
// message. Without this script the browser's own player is used.
import { t } from "./texts.js";

const SPEEDS = [1, 1.5, 2];

function clock(seconds) {
  const whole = Math.floor(Number.isFinite(seconds) ? seconds : 0);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function button(text, label) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "quiet small";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  return made;
}

const speed = () => Number(localStorage.getItem("speed")) || 1;

function enhance(player) {
  if (player.dataset.ready) return;
  player.dataset.ready = "yes";
  const audio = player.querySelector("audio");
  const name = audio.getAttribute("aria-label");
  const positionKey = `at:${player.dataset.call}`;
  const play = button("▶", t("play", { name }));
  play.classList.add("play");
  const back = button("−5", t("back"));
  const on = button("+5", t("on"));
  back.classList.add("skip-5");
  on.classList.add("skip-5");
  const rate = button(`${speed()}×`, t("speed", { n: speed() }));
  rate.classList.add("speed");
  const time = document.createElement("span");
  time.className = "time";
  const seek = document.createElement("input");
  seek.type = "range";
  seek.min = 0;
  seek.max = 1000;
  seek.value = 0;
  seek.setAttribute("aria-label", t("position", { name }));
  const wave = document.createElement("span");
  wave.className = "wave";
  const outline = player.querySelector(".outline");
  if (outline) {
    const passed = outline.cloneNode(true);
    passed.classList.add("passed");
    wave.append(outline, passed);
  }
  wave.append(seek);
  const controls = document.createElement("span");
  controls.className = "controls";
  time.textContent = player.querySelector(".length")?.textContent ?? "";
  player.classList.add("ready");
  controls.append(play, wave, time, back, on, rate);
  audio.controls = false;
  player.prepend(controls);

  // The position that the user has chosen before the audio was loaded.
  let wanted = null;
  const show = () => {
    const whole = audio.duration || 0;
    seek.value = whole ? Math.round((audio.currentTime / whole) * 1000) : 0;
    seek.setAttribute("aria-valuetext", t("position-of", { at: clock(audio.currentTime), whole: clock(whole) }));
    wave.style.setProperty("--at", `${seek.value / 10}%`);
    // Shows the length before playing and then the position, in the same width, so that nothing moves.
    if (whole) time.textContent = clock(audio.paused && !audio.currentTime ? whole : audio.currentTime);
  };
  const step = (seconds) => { audio.currentTime = Math.max(0, Math.min(audio.duration || 0, audio.currentTime + seconds)); };
  const markPlayed = () => {
    if (player.dataset.played) return;
    player.dataset.played = "yes";
    player.classList.remove("new");
    const body = new URLSearchParams({ do: "heard", csrf: player.dataset.csrf });
    fetch(new URL(`../calls/${player.dataset.call}/work`, import.meta.url), { method: "POST", body, headers: { "HX-Request": "true" } }).then((answer) => {
      if (!answer.ok) player.dataset.played = "";
      else player.querySelector(".unplayed")?.replaceWith(Object.assign(document.createElement("span"), { className: "played", title: t("you-played") }));
    }, () => { player.dataset.played = ""; });
  };
  play.addEventListener("click", () => {
    if (!audio.paused) return audio.pause();
    document.querySelectorAll("audio").forEach((other) => other !== audio && other.pause());
    audio.playbackRate = speed();
    audio.play();
  });
  audio.addEventListener("loadedmetadata", () => {
    const left = wanted === null ? Number(localStorage.getItem(positionKey)) : wanted * audio.duration;
    wanted = null;
    if (left > 0 && left < audio.duration - 1) audio.currentTime = left;
    show();
  });
  audio.addEventListener("play", () => { play.textContent = "❚❚"; play.setAttribute("aria-label", t("pause-it", { name })); });
  audio.addEventListener("pause", () => {
    play.textContent = "▶";
    play.setAttribute("aria-label", t("play", { name }));
    if (audio.currentTime > 0 && !audio.ended) localStorage.setItem(positionKey, String(audio.currentTime));
  });
  audio.addEventListener("timeupdate", () => {
    show();
    // A message counts as played after 80 % or 5 s of it, whichever is earlier.
    if (audio.currentTime > Math.min(5, audio.duration * 0.8)) markPlayed();
  });
  audio.addEventListener("ended", () => { markPlayed(); localStorage.removeItem(positionKey); });
  seek.addEventListener("input", () => {
    if (audio.duration) audio.currentTime = (seek.value / 1000) * audio.duration;
    else {
      wanted = seek.value / 1000;
      audio.preload = "metadata";
    }
  });
  back.addEventListener("click", () => step(-5));
  on.addEventListener("click", () => step(5));
  rate.addEventListener("click", () => {
    const next = SPEEDS[(SPEEDS.indexOf(speed()) + 1) % SPEEDS.length];
    localStorage.setItem("speed", String(next));
    document.querySelectorAll("audio").forEach((each) => { each.playbackRate = next; });
    rate.textContent = `${next}×`;
    rate.setAttribute("aria-label", t("speed", { n: next }));
  });
}

const enhanceAll = (within) => within.querySelectorAll(".player").forEach(enhance);
enhanceAll(document);
addEventListener("rows", (event) => enhanceAll(event.detail));
document.addEventListener("htmx:after:swap", () => enhanceAll(document));
