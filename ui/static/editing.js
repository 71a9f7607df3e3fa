// In front of the scripts of lists of things that have names: what is deleted is asked about first, and a name is written
// in its own place. `NAMED`, which each script has, says of what; Gradio hands over element, trigger and watch.

// The first click asks; whoever goes elsewhere has said no.
function ask(button) {
	const [words, label] = [button.textContent, button.getAttribute("aria-label")];
	button.classList.add("cv-sure");
	button.textContent = _("Delete?");
	const again = _("Press again to delete it"); // apart: it is not looked for inside of a template
	button.setAttribute("aria-label", [`${label}?`, again].join(" "));
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

function rename(button, written) {
	const data = { ...button.dataset };
	const shown = button.closest("li").querySelector(NAMED.shown);
	const before = NAMED.name(shown, data);
	const field = document.createElement("input");
	field.value = written ?? before;
	field.maxLength = NAMED.longest;
	field.className = "cv-name";
	field.setAttribute("aria-label", NAMED.label);
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
		if (isKept && (name || NAMED.mayBeEmpty) && name !== before) trigger(NAMED.event, { ...data, name });
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

watch("value", () => {
	if (!renaming || renaming.field.isConnected) return;
	const { data, field } = renaming;
	renaming = null;
	const button = [...element.querySelectorAll(".cv-rename")].find((each) => isSame(each.dataset, data));
	if (button) rename(button, field.value);
});

const isSame = (one, other) => JSON.stringify({ ...one }) === JSON.stringify({ ...other });
