"use strict";
{
  const box = document.getElementById("what-if"), [lever, way, share, cost] = box.querySelectorAll("select, input"),
    euro = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: "EUR", maximumSignificantDigits: 3 }),
    find = (name) => box.querySelector(name), chosen = () => lever.selectedOptions[0];
  box.oninput = box.onchange = () => {
    const row = find(`[id="plan-${lever.value}-${way.value}-${share.value}"]`), data = row.dataset, all = box.querySelectorAll("dd"),
      net = (earned) => euro.format(earned - cost.value * data.reached - chosen().dataset.fixed);
    find(".which").textContent = chosen().text;
    all.forEach((dd, at) => dd.replaceChildren(...row.cells[at].cloneNode(true).childNodes));
    if (cost?.value) all[4].textContent = `${net(data.earned)} (${net(data.low)} … ${net(data.high)})`;
  };
  lever.onchange = () => cost && (cost.value = chosen().dataset.cost);
  find(".controls").hidden = false;
}
