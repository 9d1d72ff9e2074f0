// Roll call: told on the phone, kept there, sent when there is a network. What was sent is the server's; nothing is
// dropped before the server has answered for it. Works with plain forms when this file does not run.
(() => {
  const box = document.querySelector("[data-rolls]");
  if (!box || !window.Dexie || !window.indexedDB) return;
  const { sync, user } = box.dataset;
  const find = (name) => box.querySelector(name);
  const state = { saved: find("[data-saved]"), sent: find("[data-sent]"), signed: find("[data-signed]"), refused: find("[data-refused]") };
  const store = new Dexie("takwin-rolls");
  store.version(1).stores({ outbox: "key, user, sheet" });
  // `refused`: what the server could not keep, with its reason, until somebody has read it here.
  store.version(2).stores({ outbox: "key, user, sheet", refused: "key, user" });
  const CHUNK = 500;
  // ٥ and ۵ as 5: both rows of digits end in their number.
  const western = (text) => text.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (sign) => sign.charCodeAt(0) & 15);
  // Earlier versions kept times that were put right on the phone; now the phone's own time of sending goes along.
  const skew = () => Number(localStorage.getItem("takwin-skew")) || 0;
  const rawTime = (row) => (row.raw ? row.told_at : new Date(Date.parse(row.told_at) - skew()).toISOString());
  const device = localStorage.getItem("takwin-device") || crypto.randomUUID();
  localStorage.setItem("takwin-device", device);

  const mine = () => store.outbox.where("user").equals(user);
  const paint = async () => {
    const waiting = await mine().toArray();
    const sheets = new Set(waiting.map((row) => row.sheet));
    state.saved.hidden = waiting.length === 0;
    state.saved.querySelector("[data-count]").textContent = waiting.length;
    box.querySelectorAll("[data-sheet]").forEach((sheet) => {
      sheet.querySelector("[data-waits]").hidden = !sheets.has(sheet.dataset.sheet);
    });
    const no = await store.refused.where("user").equals(user).toArray();
    state.refused.hidden = no.length === 0;
    state.refused.querySelector("ul").replaceChildren(...no.map((row) => {
      const line = document.createElement("li");
      line.textContent = [row.who, row.on, row.why].filter(Boolean).join(" · ");
      return line;
    }));
    // What waits on the phone is shown as told, after a reload without a network too. The last word of each is shown.
    waiting.sort((a, b) => a.told_at.localeCompare(b.told_at)).forEach((row) => {
      const line = box.querySelector(`[data-sheet="${CSS.escape(row.sheet)}"] [data-trainee="${CSS.escape(row.trainee)}"]`);
      if (line) tick(line, row.value, row.minutes);
    });
  };
  const tick = (line, value, minutes) => {
    const input = line.querySelector(`input[value="${value}"]`);
    if (input) input.checked = true;
    if (minutes) line.querySelector("[data-minutes]").value = minutes;
    late(line);
  };
  const late = (line) => {
    line.querySelector("[data-minutes]").hidden = line.querySelector("input[type=radio]:checked")?.value !== "late";
  };
  const count = (sheet) => {
    sheet.querySelector("[data-missing]").textContent = sheet.querySelectorAll('input[value="absent"]:checked').length;
  };

  // What the server makes of some statements: its answers in their order; "signed", "broken" (it cannot answer for
  // them together) or "later" otherwise.
  const post = async (rows) => {
    const items = rows.map(({ user: _user, sheet: _sheet, who: _who, raw: _raw, ...told }) => ({ ...told, told_at: rawTime({ ...told, raw: _raw }) }));
    const answer = await fetch(sync, {
      method: "POST", body: JSON.stringify({ now: new Date().toISOString(), items }), redirect: "manual",
      headers: { "Content-Type": "application/json", "X-CSRFToken": find("[name=csrfmiddlewaretoken]").value },
    });
    if (answer.ok) {
      const { each } = await answer.json();
      return each && each.length === rows.length ? each : "broken";
    }
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return "signed";
    return [400, 413, 422, 500].includes(answer.status) ? "broken" : "later";
  };
  const settle = async (rows, each) => {
    const no = rows.flatMap((row, place) => (each[place].state === "refused" ? [{ key: row.key, user, who: row.who, on: row.on, why: each[place].why }] : []));
    await store.transaction("rw", store.outbox, store.refused, async () => {
      await store.refused.bulkPut(no);
      await store.outbox.bulkDelete(rows.map((row) => row.key));
    });
    return no.length;
  };

  let busy = false;
  const flush = async () => {
    if (busy) return;
    busy = true;
    try {
      let size = CHUNK, done = 0, refused = 0;
      const stuck = new Set();
      for (;;) {
        const rows = await mine().filter((row) => !stuck.has(row.key)).limit(size).toArray();
        if (rows.length === 0) break;
        const each = await post(rows);
        state.signed.hidden = each !== "signed";
        if (each === "signed" || each === "later") return;
        // Where the server cannot answer for many, each half is sent alone, down to the one: that one waits, the rest go.
        if (each === "broken" && rows.length > 1) { size = Math.ceil(rows.length / 2); continue; }
        if (each === "broken") { stuck.add(rows[0].key); size = CHUNK; continue; }
        refused += await settle(rows, each);
        done += rows.length;
        await paint();
      }
      if (done && refused === 0 && (await mine().count()) === 0) {
        state.sent.hidden = false;
        sessionStorage.setItem("takwin-sent", "1");
        window.location.reload();
      }
    } catch { /* no network: it stays here */ } finally { busy = false; }
  };

  const keep = async (sheet) => {
    state.sent.hidden = true;
    const now = new Date().toISOString();
    const { course, on, hour, length } = sheet.dataset;
    const waits = await store.outbox.where("sheet").equals(sheet.dataset.sheet).toArray();
    const rows = [...sheet.querySelectorAll("[data-trainee]")].flatMap((line) => {
      const value = line.querySelector("input[type=radio]:checked")?.value || "present";
      const minutes = value === "late" ? Math.max(1, Math.min(240, Number(western(line.querySelector("[data-minutes]").value)) || 5)) : 0;
      const seen = (line.dataset.seen || "").split(" ").filter(Boolean);
      const before = waits.filter((row) => row.trainee === line.dataset.trainee).sort((a, b) => a.told_at.localeCompare(b.told_at)).pop();
      const known = before ? [before.value, before.minutes] : seen.length ? [line.dataset.was, Number(line.dataset.wasMinutes)] : [null, 0];
      if (known[0] === value && known[1] === minutes && !("contested" in line.dataset)) return [];
      return [{
        key: crypto.randomUUID(), user, sheet: sheet.dataset.sheet, course, on, hour: Number(hour), length: Number(length),
        trainee: line.dataset.trainee, who: line.querySelector("legend").firstChild.textContent.trim(),
        value, minutes, told_at: now, raw: 1, device, after: before ? [...seen, before.key] : seen,
      }];
    });
    await store.outbox.bulkPut(rows);
    await paint();
    await flush();
  };

  box.querySelectorAll("[data-sheet]").forEach((sheet) => {
    sheet.addEventListener("submit", (event) => { event.preventDefault(); keep(sheet); });
    sheet.addEventListener("change", (event) => {
      const line = event.target.closest("[data-trainee]");
      if (line) late(line);
      count(sheet);
    });
    sheet.querySelectorAll("[data-trainee]").forEach(late);
  });
  if (sessionStorage.getItem("takwin-sent")) { state.sent.hidden = false; sessionStorage.removeItem("takwin-sent"); }
  const network = () => { find("[data-offline]").hidden = navigator.onLine; };
  window.addEventListener("online", () => { network(); flush(); });
  window.addEventListener("offline", network);
  // Leaving with words unsent on the phone is asked about.
  document.querySelectorAll("form[action$='/logout/']").forEach((form) => form.addEventListener("submit", (event) => {
    if (!state.saved.hidden && !window.confirm(box.dataset.leave)) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true));
  state.refused.querySelector("button").addEventListener("click", async () => {
    await store.refused.where("user").equals(user).delete();
    await paint();
  });
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
  network();
  paint().then(flush);
})();
