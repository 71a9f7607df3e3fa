// Runs once in every part of the page that shows HTML (Gradio hands over element, trigger and watch). It turns clicks on
// buttons into events for Python, scrolls the reader to the cited sentence, and copies and saves without any request.
// What it says is marked with _("…"), and comes in the language of the page.

const EVENT_OF = { ask: "submit", retry: "retry", rate: "like", example: "apply", documents: "expand", cancel: "delete" };
const OPENS = ".cv-chip, .cv-step, .cv-mark, .cv-open, .cv-widen, .cv-look";
const isReader = Boolean(element.closest("#cv-reader"));

element.addEventListener("click", (event) => {
	const button = event.target.closest("button, .cv-mark");
	if (!button || !element.contains(button)) return;
	const data = { ...button.dataset };
	if (data.do === "copy") copy(button, data.form);
	else if (data.do) trigger(EVENT_OF[data.do], data);
	else if (button.matches(".cv-larger")) enlarge();
	else if (button.matches(".cv-remove")) trigger("delete", data);
	else if (button.matches(".cv-only")) trigger("edit", data);
	else if (button.matches(OPENS)) {
		// The reader shows the sentence now; its card would only cover the chips below it.
		button.closest(".cv-cite")?.classList.add("cv-dismissed");
		if (!isReader) window.cvOpener = button;
		trigger("select", isReader ? lookedAt(button) : data);
	}
});

element.addEventListener("keydown", (event) => {
	if (event.key !== "Escape") return;
	const cite = event.target.closest(".cv-cite");
	if (cite) cite.classList.add("cv-dismissed");
	else if (isReader && window.cvOpener?.isConnected) window.cvOpener.focus();
});

const undismiss = (event) => event.target.closest?.(".cv-cite")?.classList.remove("cv-dismissed");
element.addEventListener("focusin", undismiss);
element.addEventListener("mouseover", (event) => {
	if (!event.relatedTarget?.closest?.(".cv-cite")) undismiss(event);
});

watch("value", () => {
	if (isReader) {
		fillBar();
		onceInSight(".cv-text", showCurrent);
	}
	else if (element.closest("#cv-current")) requestAnimationFrame(() => requestAnimationFrame(showExchange));
	else if (element.closest("#cv-export")) save();
});

// In a tab that is still hidden nothing has a place to scroll to.
function onceInSight(selector, show) {
	const part = element.querySelector(selector);
	if (!part) return;
	const observer = new IntersectionObserver((entries) => {
		if (!entries.some((entry) => entry.isIntersecting)) return;
		observer.disconnect();
		show();
	});
	observer.observe(part);
}

function showCurrent() {
	const region = element.querySelector(".cv-text");
	if (!region) return;
	const current = [".cv-hit-now", ".cv-here", ".cv-box-now", ".cv-current"].map((name) => region.querySelector(name)).find(Boolean);
	const box = region.getBoundingClientRect();
	const share = current?.matches(".cv-here") ? 0.02 : 1 / 3;
	region.scrollTop += current ? current.getBoundingClientRect().top - box.top - box.height * share : -region.scrollTop;
	if (current) region.scrollLeft += current.getBoundingClientRect().left - box.left - box.width / 3;
	const isAsked = !window.cvOpensItself;
	window.cvOpensItself = false;
	if (isAsked && !element.contains(document.activeElement)) region.focus({ preventScroll: true });
}

// What is asked of the open document: all that is seen of it, and what the button changes of that.
function lookedAt(button) {
	const { dataset: seen } = element.querySelector("article");
	const data = { ...button.dataset };
	if (button.matches(".cv-widen")) return { ...seen, ...data };
	if (!button.matches(".cv-look")) return { ...data, view: seen.view ?? "" };
	if (data.hit) return { ...seen, ...data, page: "" };
	if (data.view) return { ...seen, ...data, page: seen.hit ? "" : (seen.page ?? pageInSight()) };
	return { ...seen, ...data };
}

// The page that is read, where the cited sentence was left: the last one that begins above the middle.
function pageInSight() {
	const region = element.querySelector(".cv-text");
	const { top, bottom } = region.getBoundingClientRect();
	const isInSight = (part) => part.getBoundingClientRect().bottom > top && part.getBoundingClientRect().top < bottom;
	if ([...region.querySelectorAll(".cv-current")].some(isInSight)) return "";
	const begun = [...region.querySelectorAll(".cv-page")].filter((page) => page.getBoundingClientRect().top < (top + bottom) / 2);
	return begun.at(-1)?.dataset.page ?? "";
}

let finding;

function find(words) {
	clearTimeout(finding);
	const { dataset: seen } = element.querySelector("article");
	if (words !== (seen.find ?? "")) trigger("select", { ...seen, find: words, hit: "1", page: words ? "" : (seen.page ?? "") });
}

function step(sign) {
	element.querySelectorAll(".cv-finding .cv-turn")[sign < 0 ? 0 : 1]?.click();
}

if (isReader) {
	element.addEventListener("input", (event) => {
		if (!event.target.matches(".cv-find")) return;
		clearTimeout(finding);
		finding = setTimeout(() => find(event.target.value.trim()), 300);
	});

	element.addEventListener("keydown", (event) => {
		const field = event.target;
		if (field.matches(".cv-find")) {
			const isFound = field.value.trim() === (element.querySelector("article").dataset.find ?? "");
			if (event.key === "Enter" && isFound) step(event.shiftKey ? -1 : 1);
			else if (event.key === "Enter") find(field.value.trim());
			else if (event.key === "Escape" && field.value) {
				event.stopImmediatePropagation();
				field.value = "";
				find("");
			}
		} else if (field.matches(".cv-go")) {
			const { dataset: seen } = element.querySelector("article");
			if (event.key === "Enter") trigger("select", { ...seen, page: field.value.trim() });
		} else if (!event.ctrlKey && !event.metaKey && !event.altKey) {
			const shortcut = { "/": () => select(".cv-find"), g: () => select(".cv-go"), n: () => step(1), N: () => step(-1) }[event.key];
			if (!shortcut) return;
			event.preventDefault();
			shortcut();
		}
	}, true);
}

function select(field) {
	element.querySelector(field)?.select();
}

// What is typed stays while it is typed; what was opened meanwhile says what was found in it.
function fillBar() {
	const article = element.querySelector("article");
	const field = element.querySelector(".cv-find");
	if (field && field !== document.activeElement) field.value = article.dataset.find ?? "";
	const page = element.querySelector(".cv-go");
	if (page) page.value = page.getAttribute("value");
	showSize();
}

function enlarge() {
	element.closest("#cv-reader").classList.toggle("cv-large");
	showSize();
}

function showSize() {
	const button = element.querySelector(".cv-larger");
	if (button) button.setAttribute("aria-pressed", element.closest("#cv-reader").classList.contains("cv-large"));
}

function showExchange() {
	showQuestion();
	openFirstCitation();
}

// Where the reader stands beside the conversation, what an answer rests on is in sight at once; the focus stays where it is.
function openFirstCitation() {
	const exchange = element.querySelector(".cv-exchange.cv-stage-done");
	const chip = exchange?.querySelector(".cv-chip");
	if (!chip || exchange.dataset.exchange === element.dataset.opened || !matchMedia("(min-width: 861px)").matches) return;
	element.dataset.opened = exchange.dataset.exchange;
	window.cvOpensItself = true;
	trigger("select", { ...chip.dataset });
}

// A new question goes to the top, once the earlier ones are in their place, where the answer can grow below it without moving anything.
function showQuestion() {
	const exchange = element.querySelector(".cv-exchange");
	const scroller = element.closest("#cv-scroll");
	if (!scroller || !exchange || exchange.dataset.exchange === element.dataset.shown) return;
	element.dataset.shown = exchange.dataset.exchange;
	scroller.scrollTop += exchange.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 8;
}

async function copy(button, form) {
	const source = button.parentElement.querySelector(`span[data-form="${form}"]`);
	const label = button.textContent;
	try {
		await navigator.clipboard.writeText(source.textContent);
	} catch {
		// Without https, browsers have no clipboard but for a selection.
		const area = document.body.appendChild(document.createElement("textarea"));
		area.value = source.textContent;
		area.select();
		document.execCommand("copy");
		area.remove();
		button.focus();
	}
	button.textContent = _("Copied");
	setTimeout(() => (button.textContent = label), 1500);
}

function save() {
	const made = element.querySelector("span[data-name]");
	if (!made) return;
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob([made.textContent], { type: made.dataset.type }));
	link.download = made.dataset.name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
