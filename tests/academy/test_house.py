"""The house keeps its shape: facts point downward."""

from django.apps import apps

FLOORS = {
    "academy": 8,
    "plans": 7,
    "promotions": 6,
    "certificates": 5,
    "courses": 4,
    "quality": 4,
    "exams": 3,
    "topics": 2,
    "people": 2,
    "ground": 1,
}


def test_no_foreign_key_points_upward_or_sideways():
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in FLOORS
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and field.related_model is not None
        and (other := field.related_model._meta.app_label) in FLOORS
        and other != model._meta.app_label
        and FLOORS[other] >= FLOORS[model._meta.app_label]
    ]
    assert upward == []
