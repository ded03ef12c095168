"""How every form is rendered."""

from django.forms.renderers import TemplatesSetting


class AcademyFormRenderer(TemplatesSetting):
    """Fields through templates/components/field.html."""

    field_template_name = "components/field.html"
    form_template_name = "components/form.html"
