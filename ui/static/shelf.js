// Runs once in the list of conversations (Gradio hands over element and trigger): opens, renames and deletes, and keeps
// the keys of the whole page: the up-arrow brings the last question back, Escape closes the source.

// Gradio puts its own container in front of each rule of a style sheet, so no class of the body is seen there.
const sheet = () => document.querySelector("#cv-chat");

element.addEventListener("click", (event) => {
	const button = event.target.closest("button");
	if (!button || !element.contains(button)) return;
	const data = { ...button.dataset };
	if (button.matches(".cv-turn")) {
		sheet().classList.remove("cv-with-shelf");
		trigger("select", data);
	} else if (button.matches(".cv-rename")) rename(button.closest("li"), data);
	else if (button.matches(".cv-sure")) trigger("delete", data);
	else if (button.matches(".cv-forget")) ask(button);
});

// Whoever begins a conversation wants to see it: the sheet over a narrow page goes.
document.addEventListener("click", (event) => {
	if (event.target.closest?.("#cv-shelf-toggle")) sheet().classList.toggle("cv-with-shelf");
	if (event.target.closest?.("#cv-new")) sheet().classList.remove("cv-with-shelf");
});

// The first click asks; whoever goes elsewhere has said no.
function ask(button) {
	const [words, label] = [button.textContent, button.getAttribute("aria-label")];
	button.classList.add("cv-sure");
	button.textContent = "Delete?";
	button.setAttribute("aria-label", `${label}? Press again to delete it`);
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
	const title = row.querySelector(".cv-turn");
	const box = document.createElement("input");
	box.value = written ?? title.textContent;
	box.maxLength = 120;
	box.className = "cv-name";
	box.setAttribute("aria-label", "Name of the conversation");
	title.replaceWith(box);
	if (written === undefined) box.select();
	else box.focus();
	renaming = { data, box };
	const end = (isKept, isByKey) => {
		if (renaming?.box !== box) return;
		renaming = null;
		const name = box.value;
		box.replaceWith(title);
		if (isByKey) title.focus();
		if (isKept && name !== title.textContent) trigger("edit", { ...data, name });
	};
	box.addEventListener("keydown", (event) => {
		if (event.key === "Enter") end(true, true);
		else if (event.key === "Escape") end(false, true);
		else return;
		event.preventDefault();
		event.stopPropagation();
	});
	// Later: a field that is being taken out of the page must not be moved.
	box.addEventListener("blur", () => setTimeout(() => box.isConnected && end(true)));
}

watch("value", () => {
	if (!renaming || renaming.box.isConnected) return;
	const { data, box } = renaming;
	renaming = null;
	const button = [...element.querySelectorAll(".cv-rename")].find((each) => isSame(each.dataset, data));
	if (button) rename(button.closest("li"), data, box.value);
});

const isSame = (one, other) => JSON.stringify({ ...one }) === JSON.stringify({ ...other });

// Before the cards hear of it, so that one key does not shut a card and the source.
document.addEventListener(
	"keydown",
	(event) => {
		if (event.key === "ArrowUp") recall(event);
		else if (event.key === "Escape") close(event);
	},
	true,
);

function recall(event) {
	const box = event.target;
	if (!box.matches?.("#cv-question textarea") || box.value || event.isComposing) return;
	const asked = document.querySelector("#cv-current .cv-question");
	if (!asked) return;
	event.preventDefault();
	box.value = asked.textContent;
	box.dispatchEvent(new Event("input", { bubbles: true }));
	box.setSelectionRange(box.value.length, box.value.length);
}

// A card that shows its sentence goes first, then the list over a narrow page, then the source.
function close(event) {
	if (event.target.closest?.(".cv-cite:not(.cv-dismissed)")) return;
	if (sheet().classList.contains("cv-with-shelf")) {
		sheet().classList.remove("cv-with-shelf");
		document.querySelector("#cv-shelf-toggle").focus();
		return;
	}
	const source = document.querySelector("#cv-reader article");
	if (!source?.checkVisibility()) return;
	document.querySelector("#cv-close").click();
	const opener = window.cvOpener;
	const again = opener && [...document.querySelectorAll(".cv-chip")].find((each) => isSame(each.dataset, opener.dataset));
	(opener?.isConnected ? opener : (again ?? document.querySelector("#cv-question textarea")))?.focus();
}
