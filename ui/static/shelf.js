// Runs once in the list of conversations (Gradio hands over element and trigger): opens, renames and deletes, and keeps
// the keys of the whole page: the up-arrow brings the last question back, Escape closes the source.

// Gradio puts its own container in front of each rule of a style sheet, so no class of the body is seen there.
const sheet = () => document.querySelector("#cv-chat");

const NAMED = {
	shown: ".cv-turn",
	name: (shown) => shown.textContent,
	longest: 120,
	label: _("Name of the conversation"),
	event: "edit",
	mayBeEmpty: true, // it is then called after its first question again
};

element.addEventListener("click", (event) => {
	const button = event.target.closest("button");
	if (!button || !element.contains(button)) return;
	const data = { ...button.dataset };
	if (button.matches(".cv-turn")) {
		sheet().classList.remove("cv-with-shelf");
		trigger("select", data);
	} else if (button.matches(".cv-rename")) rename(button);
	else if (button.matches(".cv-sure")) trigger("delete", data);
	else if (button.matches(".cv-forget")) ask(button);
});

// Whoever begins a conversation wants to see it: the sheet over a narrow page goes.
document.addEventListener("click", (event) => {
	if (event.target.closest?.("#cv-shelf-toggle")) sheet().classList.toggle("cv-with-shelf");
	if (event.target.closest?.("#cv-new")) sheet().classList.remove("cv-with-shelf");
});

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
