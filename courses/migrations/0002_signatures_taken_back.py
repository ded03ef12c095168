import django.db.models.deletion
import modelcluster.fields
import wagtail.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0001_initial'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='jobsignature',
            options={'ordering': ['record_id', 'place', 'turn'], 'verbose_name': 'signature', 'verbose_name_plural': 'signatures'},
        ),
        migrations.RemoveConstraint(
            model_name='jobsignature',
            name='one_signature_per_item',
        ),
        migrations.AddField(
            model_name='jobsignature',
            name='turn',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='turn'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='jobsignature',
            name='stands',
            field=models.BooleanField(default=True, verbose_name='seen done'),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='jobsignature',
            constraint=models.UniqueConstraint(fields=('record', 'place', 'turn'), name='one_signature_per_item_and_turn'),
        ),
        migrations.AddConstraint(
            model_name='jobsignature',
            constraint=models.CheckConstraint(condition=models.Q(('stands', True), models.Q(('note', ''), _negated=True), _connector='OR'), name='a_signature_is_taken_back_with_a_reason'),
        ),
        migrations.AlterField(
            model_name='jobchecklistitem',
            name='checklist',
            field=modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='courses.jobchecklist', verbose_name='on-the-job checklist'),
        ),
        migrations.AlterField(
            model_name='jobrecord',
            name='checklist',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='records', to='courses.jobchecklist', verbose_name='on-the-job checklist'),
        ),
        migrations.AlterField(
            model_name='lessonpage',
            name='body',
            field=wagtail.fields.StreamField([('text', 0), ('key_points', 2), ('dialogue', 11), ('comparison', 17), ('table', 20), ('image', 23), ('video', 25), ('audio', 27), ('recording', 33), ('document', 36), ('check', 39), ('say_aloud', 45), ('reflection', 48), ('notice', 53)], blank=True, block_lookup={0: ('wagtail.blocks.RichTextBlock', (), {'description': 'Headings, paragraphs and lists.', 'features': ['h3', 'bold', 'italic', 'ul', 'ol', 'link'], 'group': 'Read', 'icon': 'pilcrow', 'label': 'Text', 'preview_template': 'blocks/preview.html', 'preview_value': '<h3>先听完，再复述</h3><p>接到投诉，让客户把事情讲完，<b>不打断、不辩解</b>。</p>', 'template': 'blocks/text.html'}), 1: ('wagtail.blocks.CharBlock', (), {'label': 'Key point'}), 2: ('wagtail.blocks.ListBlock', (1,), {'description': 'The few sentences to remember.', 'group': 'Read', 'icon': 'list-ul', 'label': 'Key points', 'preview_template': 'blocks/preview.html', 'preview_value': ['先听完再开口，客户停顿后等 2 秒。', '复述四要素：时间、业务、金额、期望。'], 'template': 'blocks/key_points.html'}), 3: ('wagtail.blocks.CharBlock', (), {'label': 'Title'}), 4: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('customer', 'customer'), ('agent', 'agent')], 'label': 'Speaker'}), 5: ('wagtail.blocks.TextBlock', (), {'label': 'Text'}), 6: ('wagtail.blocks.StructBlock', [[('who', 4), ('text', 5)]], {}), 7: ('wagtail.blocks.ListBlock', (6,), {'label': 'Lines'}), 8: ('wagtail.blocks.TextBlock', (), {'label': 'Better answer', 'required': False}), 9: ('wagtail.blocks.TextBlock', (), {'label': 'Worse answer', 'required': False}), 10: ('wagtail.blocks.TextBlock', (), {'label': 'Reason', 'required': False}), 11: ('wagtail.blocks.StructBlock', [[('title', 3), ('lines', 7), ('better', 8), ('worse', 9), ('reason', 10)]], {}), 12: ('wagtail.blocks.TextBlock', (), {'label': 'Do'}), 13: ('wagtail.blocks.TextBlock', (), {'label': "Don't"}), 14: ('wagtail.blocks.TextBlock', (), {'label': 'Why', 'required': False}), 15: ('wagtail.blocks.StructBlock', [[('do', 12), ('dont', 13), ('why', 14)]], {}), 16: ('wagtail.blocks.ListBlock', (15,), {'label': 'Rows'}), 17: ('wagtail.blocks.StructBlock', [[('rows', 16)]], {}), 18: ('wagtail.blocks.CharBlock', (), {'label': 'Text', 'required': False}), 19: ('wagtail.blocks.FloatBlock', (), {'label': 'Figure', 'required': False}), 20: ('wagtail.contrib.typed_table_block.blocks.TypedTableBlock', [[('text', 18), ('number', 19)]], {'description': 'Rows and columns, such as tariffs and time limits.', 'group': 'Read', 'icon': 'table', 'label': 'Table', 'preview_template': 'blocks/preview.html', 'preview_value': {'caption': '服务时限', 'columns': [{'heading': '业务', 'type': 'text'}, {'heading': '时限', 'type': 'text'}], 'rows': [{'values': ['来电咨询', '当场答复']}, {'values': ['客户投诉', '5 日内答复']}, {'values': ['回访', '72 小时内']}]}, 'template': 'blocks/table.html'}), 21: ('courses.blocks.media.MediaChooserBlock', ('image',), {'label': 'image'}), 22: ('wagtail.blocks.CharBlock', (), {'label': 'Caption', 'max_length': 200, 'required': False}), 23: ('wagtail.blocks.StructBlock', [[('media', 21), ('caption', 22)]], {'description': 'A picture with a caption.', 'group': 'Look and listen', 'icon': 'image', 'label': 'Image', 'preview_template': 'blocks/preview.html', 'preview_value': {'caption': '三声之内接听', 'media': None}, 'template': 'blocks/image.html'}), 24: ('courses.blocks.media.MediaChooserBlock', ('video',), {'label': 'video'}), 25: ('wagtail.blocks.StructBlock', [[('media', 24), ('caption', 22)]], {'description': 'A film with captions and a transcript to read instead.', 'group': 'Look and listen', 'icon': 'media', 'label': 'Video', 'preview_template': 'blocks/preview.html', 'preview_value': {'caption': '柜台迎送三步', 'media': None}, 'template': 'blocks/video.html'}), 26: ('courses.blocks.media.MediaChooserBlock', ('audio',), {'label': 'audio'}), 27: ('wagtail.blocks.StructBlock', [[('media', 26), ('caption', 22)]], {'description': 'A recording with a transcript to read instead.', 'group': 'Look and listen', 'icon': 'media', 'label': 'Audio', 'preview_template': 'blocks/preview.html', 'preview_value': {'caption': '三种问候语的语气', 'media': None}, 'template': 'blocks/audio.html'}), 28: ('wagtail.blocks.CharBlock', (), {'label': 'Title', 'max_length': 120}), 29: ('wagtail.blocks.CharBlock', (), {'help_text': 'Minutes and seconds, such as 1:05.', 'label': 'At', 'max_length': 8}), 30: ('wagtail.blocks.ChoiceBlock', [], {'choices': [('good', 'well done'), ('bad', 'to do better'), ('note', 'to notice')], 'label': 'Kind'}), 31: ('wagtail.blocks.StructBlock', [[('at', 29), ('kind', 30), ('text', 5)]], {}), 32: ('wagtail.blocks.ListBlock', (31,), {'label': 'Marks'}), 33: ('wagtail.blocks.StructBlock', [[('title', 28), ('media', 26), ('marks', 32)]], {}), 34: ('courses.blocks.media.MediaChooserBlock', ('document',), {'label': 'document'}), 35: ('wagtail.blocks.CharBlock', (), {'label': 'What it is for', 'max_length': 200, 'required': False}), 36: ('wagtail.blocks.StructBlock', [[('media', 34), ('caption', 35)]], {'description': 'A PDF, Word, Excel or PowerPoint file to download.', 'group': 'Look and listen', 'icon': 'download', 'label': 'Document', 'preview_template': 'blocks/preview.html', 'preview_value': {'caption': '投诉处理单（空表）', 'media': None}, 'template': 'blocks/document.html'}), 37: ('wagtail.blocks.CharBlock', (), {'label': 'Question code'}), 38: ('wagtail.blocks.ListBlock', (37,), {'label': 'Question codes'}), 39: ('wagtail.blocks.StructBlock', [[('questions', 38)]], {}), 40: ('wagtail.blocks.TextBlock', (), {'label': 'Situation'}), 41: ('wagtail.blocks.CharBlock', (), {'label': 'What to say', 'max_length': 200}), 42: ('wagtail.blocks.CharBlock', (), {'label': 'Hint'}), 43: ('wagtail.blocks.ListBlock', (42,), {'default': [], 'label': 'Hints', 'required': False}), 44: ('wagtail.blocks.TextBlock', (), {'label': 'A good way to say it'}), 45: ('wagtail.blocks.StructBlock', [[('situation', 40), ('task', 41), ('hints', 43), ('sample', 44)]], {}), 46: ('wagtail.blocks.TextBlock', (), {'label': 'Question'}), 47: ('wagtail.blocks.TextBlock', (), {'label': 'What others might write', 'required': False}), 48: ('wagtail.blocks.StructBlock', [[('question', 46), ('example', 47)]], {}), 49: ('wagtail.blocks.CharBlock', (), {'label': 'Issuing department', 'max_length': 80}), 50: ('wagtail.blocks.RichTextBlock', (), {'features': ['bold', 'italic', 'ul', 'ol', 'link'], 'label': 'Text'}), 51: ('wagtail.blocks.DateBlock', (), {'label': 'In force from', 'required': False}), 52: ('wagtail.blocks.DateBlock', (), {'label': 'In force until (inclusive)', 'required': False}), 53: ('wagtail.blocks.StructBlock', [[('title', 28), ('department', 49), ('text', 50), ('effective_from', 51), ('effective_to', 52)]], {})}, verbose_name='body'),
        ),
    ]
