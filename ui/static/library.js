// Runs once in each part that lists documents or notebooks, or says which are searched (Gradio hands over element, trigger
// and watch). What is ticked on the list, to be done something with, is known here alone, so that pages can be turned.
// What it says is marked with _("…"), and comes in the language of the page.

const NAMED = {
	shown: ".cv-check",
	name: (_shown, { value }) => value.split("/").at(-1),
	longest: 80,
	label: _("Name of the notebook"),
	event: "apply",
};
const ticked = new Set();
let isAll = false;
let total = "";

element.addEventListener("click", (event) => {
	const button = event.target.closest("button");
	if (!button || !element.contains(button)) return;
	const data = { ...button.dataset };
	if (button.matches(".cv-tick")) tick([data.document], !isTicked(data.document));
	else if (button.matches(".cv-tick-page")) tick(onPage(), !onPage().every(isTicked));
	else if (button.matches(".cv-check, .cv-toggle[data-kind]")) trigger("edit", { ...data, on: isOn(button) ? "no" : "yes" });
	else if (button.matches(".cv-open")) {
		window.cvOpener = button;
		trigger("select", data);
	} else if (button.matches(".cv-remove")) trigger("delete", { documents: data.document });
	else if (button.matches(".cv-only")) trigger("edit", { documents: data.document });
	else if (button.matches(".cv-rename")) rename(button);
	else if (button.matches(".cv-sure")) trigger("delete", data);
	else if (button.matches(".cv-forget")) ask(button);
	else if (data.do) act(data);
});

function act(data) {
	const documents = isAll ? "" : [...ticked].join(" ");
	const done = {
		view: () => trigger("apply", data),
		every: () => trigger("edit", data),
		make,
		only: () => trigger("edit", { documents }),
		put: () => trigger("submit", { ...data, documents, notebook: element.querySelector(".cv-into").value }),
		take: () => trigger("submit", { ...data, documents, notebook: element.querySelector(".cv-into").value }),
		remove: () => trigger("delete", { documents }),
		all: () => (isAll = true),
		none: () => tick([...ticked], false),
	}[data.do];
	done();
	if (data.do === "remove") tick([...ticked], false);
	show();
}

const isOn = (button) => [button.getAttribute("aria-checked"), button.getAttribute("aria-pressed")].includes("true");
const isTicked = (id) => isAll || ticked.has(id);
const onPage = () => [...element.querySelectorAll(".cv-tick")].map((box) => box.dataset.document);

function tick(ids, isToBe) {
	if (isAll) onPage().forEach((id) => ticked.add(id));
	isAll = false;
	ids.forEach((id) => (isToBe ? ticked.add(id) : ticked.delete(id)));
	show();
}

// What is ticked stays so while pages are turned; all of a list is another all when the list is another one.
function show() {
	const list = element.querySelector(".cv-list");
	if (!list) return;
	if (total !== list.dataset.total) isAll = false;
	total = list.dataset.total;
	for (const box of element.querySelectorAll(".cv-tick")) box.setAttribute("aria-checked", String(isTicked(box.dataset.document)));
	const page = onPage();
	element.querySelector(".cv-tick-page")?.setAttribute("aria-checked", String(page.length > 0 && page.every(isTicked)));
	const n = isAll ? Number(total) : ticked.size;
	list.classList.toggle("cv-choosing", n > 0);
	const said = element.querySelector(".cv-n-ticked");
	if (said) said.textContent = n ? _("{n} selected").replace("{n}", n.toLocaleString(document.documentElement.lang || undefined)) : "";
}

element.addEventListener("change", (event) => {
	const field = event.target;
	if (field.matches(".cv-order")) trigger("apply", { do: "view", order: field.value });
	else if (field.matches(".cv-date")) trigger("edit", { kind: field.id.replace("cv-", ""), value: field.value.trim(), on: "yes" });
});

element.addEventListener("keydown", (event) => {
	if (event.key !== "Enter" || !event.target.matches("#cv-notebook-name")) return;
	event.preventDefault();
	make();
});

function make() {
	const field = element.querySelector("#cv-notebook-name");
	trigger("submit", { do: "make", name: field.value.trim() });
	field.value = "";
}

// What a field was made with counts, unless somebody is writing in it.
watch("value", () => {
	show();
	for (const list of element.querySelectorAll("select.cv-order")) list.value = list.dataset.value;
	for (const field of element.querySelectorAll(".cv-date")) {
		if (field !== document.activeElement) field.value = field.getAttribute("value") ?? "";
	}
});
