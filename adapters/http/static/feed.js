// Keeps the feed live: rows arrive as server-sent events and are put in place without disturbing who reads or plays.
const body = document.getElementById("calls");
const feed = document.getElementById("feed");
const light = document.getElementById("light");
const announce = document.getElementById("announce");

function parseRow(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.querySelector("tr");
}

function isBusy(row) {
  const audio = row.querySelector("audio");
  return (audio && !audio.paused) || row.contains(document.activeElement);
}

function place(id, html) {
  const row = parseRow(html);
  const known = document.getElementById(`call-${id}`);
  if (!row) return;
  // Before its cells move to where they are needed.
  const news = `${row.querySelector(".who").innerText}: ${row.querySelector(".what").innerText}`;
  if (known && isBusy(known)) {
    // Changes only what is said of the call, not what is being used.
    for (const cell of ["what", "path", "durations"]) {
      known.querySelector(`.${cell}`).replaceWith(row.querySelector(`.${cell}`));
    }
    known.className = row.className;
  } else if (known) {
    known.replaceWith(row);
  } else {
    // Ids sort by the start of the call: newest first.
    const older = [...body.children].find((other) => other.id < row.id);
    row.classList.add("fresh");
    body.insertBefore(row, older ?? null);
    document.getElementById("empty")?.remove();
  }
  announce.textContent = news;
}

if (feed?.dataset.live === "yes") {
  const after = document.querySelector("table.calls").dataset.change;
  const source = new EventSource(`/events?after=${after}`);
  const show = (live, text) => { light.dataset.live = live; light.textContent = text; };
  source.addEventListener("open", () => show("on", "Live"));
  source.addEventListener("error", () => show("off", "Reconnecting"));
  source.addEventListener("call", (event) => {
    const { id, row } = JSON.parse(event.data);
    place(id, row);
  });
  addEventListener("pagehide", () => source.close());
}
