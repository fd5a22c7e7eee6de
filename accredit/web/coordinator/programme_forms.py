"""The forms with which a draft of a programme is edited; each reads a part of it and gives the change back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from accredit.domain.practice.rules import Milestone
from accredit.domain.programmes import editing
from accredit.domain.programmes.drafting import Change
from accredit.domain.programmes.frameworks import ESCO, FRAMEWORKS, SKILLS_BUILDER, alignment
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.domain.programmes.rules import Badge, Definition, Evidence
from accredit.domain.programmes.templates import TEMPLATES
from accredit.web.coordinator.forms import choices_of
from accredit.web.coordinator.programme_words import BADGES, EVIDENCE, KEEP_REASONS
from accredit.web.findings import milestone_text
from accredit.web.forms import (
    CheckboxesInput,
    CheckboxInput,
    DateField,
    Form,
    RadioInput,
    Select,
    TextArea,
    TextInput,
)

_TITLE = [InputRequired(_("Give it a title.")), Length(max=120, message=_("Use up to 120 letters."))]


class NumberField(StringField):  # type: ignore[misc]  # WTForms has no types
    """A whole number between two others; empty is None where that is allowed."""

    widget = TextInput()

    def __init__(self, label: Any, least: int, most: int, *, optional: bool = False, **options: Any) -> None:
        """Take the least and the most it may be."""
        super().__init__(label, [], **options)
        self.least, self.most, self.optional = least, most, optional
        self.data: int | None

    def _value(self) -> str:
        if self.data is None and self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number. Raises `ValueError` with a sentence for the reader."""
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not text and self.optional:
            return
        if not re.fullmatch(r"[0-9]{1,6}", text) or not self.least <= int(text) <= self.most:
            raise ValueError(_("Give a whole number from %(least)s to %(most)s", least=self.least, most=self.most))
        self.data = int(text)

    @property
    def number(self) -> int:
        """The number of a field that has been validated as given."""
        return self.data or 0


class OwnProgrammeForm(Form):
    """What a programme of one's own is called, and what it begins like."""

    name = StringField(
        _("What it is called"),
        [InputRequired(_("Give it a name.")), Length(max=100, message=_("Use up to 100 letters."))],
        widget=TextInput(),
    )
    like = RadioField(_("Begin with"), [InputRequired(_("Choose what to begin with."))], widget=RadioInput())

    def offer(self, programmes: Iterable[ProgrammeFacts]) -> None:
        """Fill the list with what the school has, our templates, and nothing at all."""
        have = list(programmes)
        names = {each.name for each in have}
        self.like.choices = [
            *choices_of((each.id, each.name) for each in have),
            *choices_of((code, each.name) for code, each in TEMPLATES.items() if each.name not in names),
            *choices_of([("blank", _("An empty programme"))]),
        ]

    @property
    def source(self) -> str | UUID | None:
        """What was chosen, as `drafting.begin_programme` takes it."""
        chosen = str(self.like.data)
        if chosen == "blank":
            return None
        return chosen if chosen in TEMPLATES else UUID(chosen)


class PartForm(Form):
    """A part of a draft; ``version`` is that of the draft when it was shown."""

    version = HiddenField()
    hints: ClassVar[Mapping[str, Any]] = {}

    def offer(self, definition: Definition) -> None:
        """Fill what is chosen from the draft."""

    def show(self, definition: Definition, code: str) -> None:
        """Fill in what the part says now. Raises `RuleBroken` for an unknown code."""

    def change(self, code: str | None) -> Change:
        """Return the change that was typed."""
        raise NotImplementedError


class AboutForm(PartForm):
    """What a programme is called, what it is, and its limits."""

    name = StringField(
        _("What it is called"),
        [InputRequired(_("Give it a name.")), Length(max=100, message=_("Use up to 100 letters."))],
        widget=TextInput(),
    )
    summary = TextAreaField(
        _("What it is, in a sentence or two"),
        [InputRequired(_("Say what it is.")), Length(max=300, message=_("Use up to 300 letters."))],
        widget=TextArea(),
    )
    log_within_days = NumberField(_("Hours are added within how many days?"), 1, 365)
    day_limit_minutes = NumberField(_("From how many minutes in one day is an adult asked?"), 15, 600)
    weekly_minutes = NumberField(_("From how many minutes in a week is the adult asked to check in?"), 15, 3000)
    between_meetings = NumberField(
        _("After how many minutes one-to-one does a supervision meeting come first?"), 15, 6000, optional=True
    )
    reflections = BooleanField(_("Invite young people to look back on what they learned"), widget=CheckboxInput())
    hints: ClassVar[Mapping[str, Any]] = {
        "reflections": _("Written, spoken or drawn, and shown to an adult. Only that it was done is kept here."),
        "name": _("It stands on every certificate, so it says what is done and not who comes."),
        "weekly_minutes": _("Nothing is refused, and the young person is not told."),
        "between_meetings": _("Left empty, there is no such limit."),
    }

    def show(self, definition: Definition, code: str) -> None:
        """Fill in what the draft says now."""
        self.name.data, self.summary.data = definition.name, definition.summary
        self.log_within_days.data = definition.log_within_days
        self.day_limit_minutes.data = definition.day_limit_minutes
        self.weekly_minutes.data = definition.weekly_minutes
        self.between_meetings.data = definition.one_to_one_minutes_between_meetings
        self.reflections.data = definition.reflections

    def change(self, code: str | None) -> Change:
        """Return the change that was typed."""
        overview = editing.Overview(
            name=self.name.data,
            summary=self.summary.data,
            log_within_days=self.log_within_days.number,
            day_limit_minutes=self.day_limit_minutes.number,
            weekly_minutes=self.weekly_minutes.number,
            one_to_one_minutes_between_meetings=self.between_meetings.data,
            reflections=self.reflections.data,
        )
        return lambda definition, _taken: editing.with_overview(definition, overview)


class ModuleForm(PartForm):
    """A module of the training."""

    title = StringField(_("Title"), _TITLE, widget=TextInput())
    covers = TextAreaField(
        _("What it covers"), [Length(max=300, message=_("Use up to 300 letters."))], widget=TextArea()
    )
    minutes = NumberField(_("How many minutes does it take?"), 1, 1200)
    in_first_training = BooleanField(_("It is part of the first training"), widget=CheckboxInput())
    before_hours = BooleanField(_("It has to come before anybody’s first hours"), widget=CheckboxInput())
    valid_months = NumberField(_("After how many months does it want a refresher?"), 1, 60, optional=True)
    refreshes = SelectMultipleField(_("It refreshes these modules"), widget=CheckboxesInput())
    hints: ClassVar[Mapping[str, Any]] = {
        "covers": _("A few words, for the young person and for whoever reads the certificate."),
        "valid_months": _("Left empty, it never does."),
        "refreshes": _("Choose none for a module that is new to everybody."),
    }

    def offer(self, definition: Definition) -> None:
        """Fill the list of modules that can be refreshed."""
        self.refreshes.choices = choices_of((each.code, f"{each.code} {each.title}") for each in definition.modules)

    def show(self, definition: Definition, code: str) -> None:
        """Fill in what the module says now."""
        module = definition.module(code)
        self.refreshes.choices = [each for each in self.refreshes.choices if each.value != code]
        self.title.data, self.covers.data, self.minutes.data = module.title, module.covers, module.minutes
        self.valid_months.data, self.refreshes.data = module.valid_months, list(module.refreshes)
        self.in_first_training.data = code in definition.first_training
        self.before_hours.data = code in definition.before_hours

    def change(self, code: str | None) -> Change:
        """Return the change that was typed."""
        entry = editing.ModuleEntry(
            title=self.title.data,
            covers=self.covers.data or "",
            minutes=self.minutes.number,
            valid_months=self.valid_months.data,
            refreshes=tuple(self.refreshes.data or ()),
            in_first_training=bool(self.in_first_training.data),
            before_hours=bool(self.before_hours.data),
        )
        return lambda definition, taken: editing.with_module(definition, entry, code=code, taken=taken)


class ActivityForm(PartForm):
    """A kind of supervised time."""

    title = StringField(_("Title"), _TITLE, widget=TextInput())
    counts = RadioField(
        _("What does it count as?"),
        [InputRequired(_("Choose what it counts as."))],
        choices=choices_of(
            [
                ("formal", _("Hours, at a set time and place")),
                ("informal", _("Hours, whenever there is need")),
                ("meeting", _("A supervision meeting, counted as one meeting")),
            ]
        ),
        widget=RadioInput(),
    )
    hints: ClassVar[Mapping[str, Any]] = {"title": _("What is done, for example: Board games at lunch")}

    def show(self, definition: Definition, code: str) -> None:
        """Fill in what the activity says now."""
        kind = definition.activity_type(code)
        self.title.data = kind.title
        self.counts.data = "meeting" if not kind.counts_as_hours else "formal" if kind.formal else "informal"

    def change(self, code: str | None) -> Change:
        """Return the change that was typed."""
        title, counts = self.title.data, self.counts.data
        return lambda definition, taken: editing.with_activity(
            definition,
            title=title,
            formal=counts != "informal",
            counts_as_hours=counts != "meeting",
            code=code,
            taken=taken,
        )


class SkillForm(PartForm):
    """A skill, how it is shown, and what it is called in two public frameworks."""

    title = StringField(_("Title"), _TITLE, widget=TextInput())
    evidence = SelectMultipleField(
        _("How is it shown? Any one of those chosen is enough."),
        [InputRequired(_("Choose how it is shown."))],
        choices=choices_of(EVIDENCE.items()),
        widget=CheckboxesInput(),
    )
    modules = SelectMultipleField(_("Which modules teach it?"), widget=CheckboxesInput())
    skills_builder = SelectMultipleField(
        _("Skills Builder Universal Framework 2.0"),
        choices=choices_of((each.name, each.name) for each in FRAMEWORKS[SKILLS_BUILDER]),
        widget=CheckboxesInput(),
    )
    esco = SelectMultipleField(
        _("ESCO, the European list of skills"),
        choices=choices_of((each.name, each.name) for each in FRAMEWORKS[ESCO]),
        widget=CheckboxesInput(),
    )
    hints: ClassVar[Mapping[str, Any]] = {
        "skills_builder": _("Choose the nearest, or none. Neither framework has checked or approved the choice."),
        "esco": _("© European Union. Choose the nearest, or none; universities and employers abroad know these names."),
    }

    def offer(self, definition: Definition) -> None:
        """Fill the list of modules."""
        self.modules.choices = choices_of((each.code, f"{each.code} {each.title}") for each in definition.modules)

    def show(self, definition: Definition, code: str) -> None:
        """Fill in what the skill says now."""
        skill = definition.skill(code)
        self.title.data, self.modules.data = skill.title, list(skill.module_codes)
        self.evidence.data = [each.value for each in skill.evidence]
        self.esco.data = [each.name for each in skill.alignments if each.framework == ESCO]
        self.skills_builder.data = [each.name for each in skill.alignments if each.framework == SKILLS_BUILDER]

    def change(self, code: str | None) -> Change:
        """Return the change that was typed."""
        chosen = [
            *(alignment(ESCO, each) for each in self.esco.data or ()),
            *(alignment(SKILLS_BUILDER, each) for each in self.skills_builder.data or ()),
        ]
        title, modules = self.title.data, list(self.modules.data or ())
        evidence = [each for each in Evidence if each.value in self.evidence.data]
        return lambda definition, taken: editing.with_skill(
            definition,
            title=title,
            module_codes=modules,
            evidence=evidence,
            alignments=chosen,
            code=code,
            taken=taken,
        )


class LevelForm(PartForm):
    """A level with everything it asks for, earlier levels included."""

    title = StringField(_("Title"), _TITLE, widget=TextInput())
    sentence = StringField(
        _("What its holder has done"),
        [InputRequired(_("Say what its holder has done.")), Length(max=200, message=_("Use up to 200 letters."))],
        widget=TextInput(),
    )
    badge = RadioField(
        _("Badge"), [InputRequired(_("Choose a badge."))], choices=choices_of(BADGES.items()), widget=RadioInput()
    )
    hours = NumberField(_("Hours of supervised time, in all"), 0, 1000)
    meetings = NumberField(_("Supervision meetings, in all"), 0, 200)
    skills_observed = NumberField(_("Skills seen in use by an adult, in all"), 0, 20)
    modules = SelectMultipleField(_("Modules"), widget=CheckboxesInput())
    milestones = SelectMultipleField(_("What else it asks for"), widget=CheckboxesInput())
    refresher = BooleanField(_("Training has to be up to date on the day of the award"), widget=CheckboxInput())
    hints: ClassVar[Mapping[str, Any]] = {
        "title": _("It is the name of the award on the certificate."),
        "sentence": _("For example: has given supervised time"),
        "hours": _("From the beginning, earlier levels included. None for the first level."),
    }

    def offer(self, definition: Definition) -> None:
        """Fill the lists; what levels of this programme ask for as either-or stays together."""
        self.modules.choices = choices_of((each.code, f"{each.code} {each.title}") for each in definition.modules)
        together = [any_of for level in definition.levels for any_of in level.milestones]
        groups = dict.fromkeys([*together, *((each.value,) for each in Milestone)])
        either = " " + str(_("or")) + " "
        self.milestones.choices = choices_of(
            ("|".join(any_of), either.join(milestone_text(each) for each in any_of)) for any_of in groups
        )

    def show(self, definition: Definition, code: str) -> None:
        """Fill in what the level says now."""
        level = definition.level(code)
        self.title.data, self.sentence.data, self.badge.data = level.title, level.sentence, level.badge.value
        self.hours.data, self.meetings.data = level.minutes // 60, level.supervision_meetings
        self.skills_observed.data, self.refresher.data = level.skills_observed, level.refresher_if_due
        self.modules.data = list(level.module_codes)
        self.milestones.data = ["|".join(any_of) for any_of in level.milestones]

    def change(self, code: str | None) -> Change:
        """Return the change that was typed."""
        entry = editing.LevelEntry(
            title=self.title.data,
            sentence=self.sentence.data,
            badge=Badge(self.badge.data),
            minutes=self.hours.number * 60,
            supervision_meetings=self.meetings.number,
            module_codes=tuple(self.modules.data or ()),
            refresher_if_due=bool(self.refresher.data),
            skills_observed=self.skills_observed.number,
            milestones=tuple(tuple(each.split("|")) for each in self.milestones.data or ()),
        )
        return lambda definition, taken: editing.with_level(definition, entry, code=code, taken=taken)


class PublishForm(Form):
    """From when a draft holds, for whom, and why remarked words stay."""

    version = HiddenField()
    effective_from = DateField(_("First day"), [InputRequired(_("Enter the first day."))])
    who = RadioField(
        _("Who is in the programme already"),
        [InputRequired(_("Choose what holds for them."))],
        choices=choices_of(
            [
                ("stay", _("They stay on the version they began with")),
                ("along", _("Everybody moves to this version today")),
            ]
        ),
        default="stay",
        widget=RadioInput(),
    )


def publish_form(remarked: int) -> type[PublishForm]:
    """Return the form with one more choice for each word that may stay for a reason, numbered from ``keep_0``."""
    fields = {
        f"keep_{number}": SelectField(
            _("Why it stays"),
            choices=choices_of([("", _("Choose a reason, or change the word")), *KEEP_REASONS.items()]),
            widget=Select(),
        )
        for number in range(remarked)
    }
    return type("PublishForm", (PublishForm,), fields)
