// Small conveniences; every page works without them.
// Wishes: drag to reorder, then send the same form the buttons send.
document.querySelectorAll("[data-reorder]").forEach((list) => {
  let dragged = null;
  list.querySelectorAll("[data-rank]").forEach((row) => {
    row.draggable = true;
    row.addEventListener("dragstart", () => { dragged = row; row.classList.add("dragging"); });
    row.addEventListener("dragend", () => row.classList.remove("dragging"));
    row.addEventListener("dragover", (event) => event.preventDefault());
    row.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!dragged || dragged === row) return;
      const form = document.getElementById(list.dataset.reorder);
      form.elements.wish.value = dragged.dataset.wish;
      form.elements.to.value = row.dataset.rank;
      form.submit();
    });
  });
});
// Jobs: ask again every second until the work has ended.
document.querySelectorAll("[data-poll]").forEach((box) => {
  const ask = async () => {
    const answer = await fetch(box.dataset.poll, { headers: { Accept: "application/json" } });
    if (answer.redirected) return window.location.reload(); // the session has ended meanwhile
    if (!answer.ok) return;
    const job = await answer.json();
    box.querySelector("progress").value = job.percent;
    box.querySelector("[data-step]").textContent = job.step;
    if (job.ended) window.location.reload(); else setTimeout(ask, 1000);
  };
  setTimeout(ask, 800);
});
// Destructive moves ask first.
document.querySelectorAll("[data-confirm]").forEach((button) => {
  button.addEventListener("click", (event) => { if (!window.confirm(button.dataset.confirm)) event.preventDefault(); });
});
document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
document.querySelectorAll("select[data-submit]").forEach((select) => select.addEventListener("change", () => select.form.submit()));
// A board on a wall reads itself anew.
document.querySelectorAll("[data-refresh]").forEach((box) => setTimeout(() => window.location.reload(), 1000 * box.dataset.refresh));
// Who signs out leaves nothing behind on a shared phone; what was not sent yet is said first.
document.querySelectorAll("form[action$='/logout/']").forEach((form) => form.addEventListener("submit", async (event) => {
  if (form.dataset.wiped || !("caches" in window)) return;
  event.preventDefault();
  await caches.delete("takwin-pages");
  form.dataset.wiped = "1";
  form.requestSubmit();
}));
