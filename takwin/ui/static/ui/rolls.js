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
  // This phone's clock against the server's, learnt at each answer: a clock that is wrong tells the right time.
  const skew = () => Number(localStorage.getItem("takwin-skew")) || 0;
  const learn = (answer) => {
    const there = Date.parse(answer.headers.get("Date"));
    if (there) localStorage.setItem("takwin-skew", String(there - Date.now()));
  };
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

  let busy = false;
  const flush = async () => {
    if (busy) return;
    busy = true;
    try {
      const waiting = await mine().limit(500).toArray();
      const batch = waiting.map(({ user: _user, sheet: _sheet, ...told }) => told);
      const answer = await fetch(sync, {
        method: "POST", body: JSON.stringify(batch), redirect: "manual",
        headers: { "Content-Type": "application/json", "X-CSRFToken": find("[name=csrfmiddlewaretoken]").value },
      });
      learn(answer);
      const told = answer.ok ? await answer.json() : null;
      state.signed.hidden = told !== null;
      if (!told) return;
      const done = Object.keys(told.answers);
      await store.outbox.bulkDelete(done);
      const no = Object.values(told.answers).filter((one) => one.state === "refused");
      state.refused.hidden = no.length === 0;
      if (no.length) state.refused.textContent = [...new Set(no.map((one) => one.why))].join(" ");
      await paint();
      if (done.length && no.length === 0 && (await mine().count()) === 0) {
        state.sent.hidden = false;
        sessionStorage.setItem("takwin-sent", "1");
        window.location.reload();
      }
    } catch { /* no network: it stays here */ } finally { busy = false; }
  };

  const keep = async (sheet) => {
    state.sent.hidden = true;
    const now = new Date(Date.now() + skew()).toISOString();
    const { course, on, hour, length } = sheet.dataset;
    const waits = await store.outbox.where("sheet").equals(sheet.dataset.sheet).toArray();
    const rows = [...sheet.querySelectorAll("[data-trainee]")].flatMap((line) => {
      const value = line.querySelector("input[type=radio]:checked")?.value || "present";
      const minutes = value === "late" ? Math.max(1, Math.min(240, Number(line.querySelector("[data-minutes]").value) || 5)) : 0;
      const seen = (line.dataset.seen || "").split(" ").filter(Boolean);
      const before = waits.filter((row) => row.trainee === line.dataset.trainee).sort((a, b) => a.told_at.localeCompare(b.told_at)).pop();
      const known = before ? [before.value, before.minutes] : seen.length ? [line.dataset.was, Number(line.dataset.wasMinutes)] : [null, 0];
      if (known[0] === value && known[1] === minutes && !("contested" in line.dataset)) return [];
      return [{
        key: crypto.randomUUID(), user, sheet: sheet.dataset.sheet, course, on, hour: Number(hour), length: Number(length),
        trainee: line.dataset.trainee, value, minutes, told_at: now, device, after: before ? [...seen, before.key] : seen,
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
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
  network();
  paint().then(flush);
})();
