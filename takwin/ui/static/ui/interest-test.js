// The interest test: one group of questions at a time, answers kept on the phone, sent when there is a network.
(() => {
  const box = document.querySelector("[data-test]");
  if (!box) return;
  const form = box.querySelector("form");
  const key = box.dataset.key;
  const steps = [...box.querySelectorAll("[data-step]")];
  const items = [...box.querySelectorAll("[data-item]")];
  const find = (name) => box.querySelector(name);
  const [bar, count, offline, back, next, finish] = ["[data-done]", "[data-count]", "[data-offline]", "[data-back]", "[data-next]", "[data-finish]"].map(find);
  const checked = (item) => item.querySelector("input:checked");
  let wantsEnd = false;
  let leaving = false;

  const local = () => { try { return JSON.parse(localStorage.getItem(key)) || {}; } catch { return {}; } };
  const keep = () => {
    const now = {};
    items.forEach((item) => { const one = checked(item); if (one) now[one.name] = one.value; });
    try { localStorage.setItem(key, JSON.stringify(now)); } catch { /* a private window keeps nothing: the server does */ }
    bar.value = Object.keys(now).length;
    count.querySelectorAll(".num")[0].textContent = bar.value;
  };
  Object.entries(local()).forEach(([name, value]) => {
    const input = form.querySelector(`input[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
    if (input && !form.querySelector(`input[name="${CSS.escape(name)}"]:checked`)) input.checked = true;
  });

  const send = async (end) => {
    const data = new FormData(form);
    if (end) data.set("finish", "1");
    try {
      const answer = await fetch(box.dataset.test, { method: "POST", body: data, headers: { Accept: "application/json" } });
      offline.hidden = true;
      return answer.ok || answer.status === 422 ? await answer.json() : null;
    } catch {
      offline.hidden = false;
      return undefined;
    }
  };
  const end = async () => {
    wantsEnd = true;
    const told = await send(true);
    if (told && told.next) {
      leaving = true;
      try { localStorage.removeItem(key); } catch { /* nothing was kept */ }
      if ("caches" in window) await caches.delete("takwin-pages"); // the next person on this phone finds no answers
      window.location.assign(told.next);
    } else if (told !== undefined) {
      leaving = true;
      form.requestSubmit(finish); // the server's own words
    }
  };

  const missing = () => items.findIndex((item) => !checked(item));
  let at = Math.max(0, steps.findIndex((step) => [...step.querySelectorAll("[data-item]")].some((item) => !checked(item))));
  if (missing() === -1) at = steps.length - 1;
  const show = (move) => {
    steps.forEach((step, n) => { step.hidden = n !== at; });
    back.disabled = at === 0;
    next.hidden = at === steps.length - 1;
    finish.hidden = at !== steps.length - 1;
    if (move) { steps[at].querySelector("input").focus({ preventScroll: true }); window.scrollTo(0, 0); }
  };
  const go = (by) => { at = Math.min(steps.length - 1, Math.max(0, at + by)); show(true); send(false); };

  box.classList.add("is-scripted");
  back.addEventListener("click", () => go(-1));
  next.addEventListener("click", () => {
    const first = [...steps[at].querySelectorAll("[data-item]")].find((item) => !checked(item));
    steps[at].querySelectorAll("[data-item]").forEach((item) => item.classList.toggle("is-missing", !checked(item)));
    if (first) first.querySelector("input").focus(); else go(1);
  });
  form.addEventListener("change", (event) => { event.target.closest("[data-item]")?.classList.remove("is-missing"); keep(); });
  form.addEventListener("submit", (event) => {
    if (leaving) return;
    event.preventDefault();
    const gap = missing();
    if (gap !== -1) {
      at = steps.findIndex((step) => step.contains(items[gap]));
      items[gap].classList.add("is-missing");
      show(true);
      items[gap].querySelector("input").focus();
    } else end();
  });
  window.addEventListener("online", () => { if (wantsEnd) end(); else send(false); });
  window.addEventListener("offline", () => { offline.hidden = false; });

  const voices = () => {
    const code = document.documentElement.lang;
    const usable = "speechSynthesis" in window && speechSynthesis.getVoices().some((voice) => voice.lang.startsWith(code));
    box.querySelectorAll("[data-speak]").forEach((button) => { button.hidden = !usable; });
  };
  box.querySelectorAll("[data-speak]").forEach((button) => button.addEventListener("click", () => {
    const words = new SpeechSynthesisUtterance(button.dataset.speak);
    words.lang = document.documentElement.lang;
    speechSynthesis.cancel();
    speechSynthesis.speak(words);
  }));
  if ("speechSynthesis" in window) speechSynthesis.addEventListener("voiceschanged", voices);
  voices();
  // The worker holds this page from its first visit on.
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
  keep();
  show(false);
})();
