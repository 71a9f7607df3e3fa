// Runs once in each part that lists documents or notebooks, or says which are searched (Gradio hands over element, trigger
// and watch). What is ticked on the list, to be done something with, is known here alone, so that pages can be turned.
// What it says is marked with _("…"), and comes in the language of the page.

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
	else if (button.matches(".cv-rename")) rename(button.closest("li"), data);
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

// The first click asks; whoever goes elsewhere has said no.
function ask(button) {
	const [words, label] = [button.textContent, button.getAttribute("aria-label")];
	button.classList.add("cv-sure");
	button.textContent = _("Delete?");
	const again = _("Press again to delete it");
	button.setAttribute("aria-label", `${label}? ${again}`);
	const back = () => {
		button.classList.remove("cv-sure");
		button.textContent = words;
		button.setAttribute("aria-label", label);
	};
	button.addEventListener("blur", back, { once: true });
	button.focus();
}

// What is being written, for a list that is drawn anew meanwhile.
let renaming = null;

function rename(row, data, written) {
	const shown = row.querySelector(".cv-check");
	const field = document.createElement("input");
	field.value = written ?? data.value.split("/").at(-1);
	field.maxLength = 80;
	field.className = "cv-name";
	field.setAttribute("aria-label", _("Name of the notebook"));
	shown.replaceWith(field);
	if (written === undefined) field.select();
	else field.focus();
	renaming = { data, field };
	const end = (isKept, isByKey) => {
		if (renaming?.field !== field) return;
		renaming = null;
		const name = field.value.trim();
		field.replaceWith(shown);
		if (isByKey) shown.focus();
		if (isKept && name && name !== data.value) trigger("apply", { ...data, name });
	};
	field.addEventListener("keydown", (event) => {
		if (event.key === "Enter") end(true, true);
		else if (event.key === "Escape") end(false, true);
		else return;
		event.preventDefault();
		event.stopPropagation();
	});
	// Later: a field that is being taken out of the page must not be moved.
	field.addEventListener("blur", () => setTimeout(() => field.isConnected && end(true)));
}

function writeOn() {
	if (!renaming || renaming.field.isConnected) return;
	const { data, field } = renaming;
	renaming = null;
	const isOfIt = (each) => JSON.stringify({ ...each.dataset }) === JSON.stringify(data);
	const button = [...element.querySelectorAll("button")].find(isOfIt);
	if (button) rename(button.closest("li"), data, field.value);
}

// What a field was made with counts, unless somebody is writing in it.
watch("value", () => {
	writeOn();
	show();
	for (const list of element.querySelectorAll("select.cv-order")) list.value = list.dataset.value;
	for (const field of element.querySelectorAll(".cv-date")) {
		if (field !== document.activeElement) field.value = field.getAttribute("value") ?? "";
	}
});
