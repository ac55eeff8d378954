from django.urls import path

from inspections.views import detail, drafts, form, photos, queue, review, worklists

app_name = "inspections"
urlpatterns = [
    path("start/", worklists.inspection_start, name="inspection_start"),
    path("drafts/", worklists.draft_list, name="draft_list"),
    path("returned/", worklists.returned_list, name="returned_list"),
    path("households/<int:pk>/", detail.household_inspections, name="household_inspections"),
    path("households/<int:pk>/inspect/", form.inspection_edit, name="inspection_edit"),
    path("households/<int:pk>/submit/", form.inspection_submit, name="inspection_submit"),
    path("households/<int:pk>/verdict/", form.verdict_preview, name="verdict_preview"),
    path("households/<int:pk>/draft/", drafts.draft_save, name="draft_save"),
    path("households/<int:pk>/draft/settle/", drafts.draft_settle, name="draft_settle"),
    path("households/<int:pk>/draft/swap/", drafts.draft_swap, name="draft_swap"),
    path("households/<int:pk>/draft/discard/", drafts.draft_discard, name="draft_discard"),
    path("households/<int:pk>/photos/", photos.upload, name="photo_upload"),
    path("photos/<uuid:pk>/", photos.show, name="photo_show"),
    path("photos/<uuid:pk>/thumbnail/", photos.thumbnail, name="photo_thumbnail"),
    path("<int:pk>/", detail.inspection_detail, name="inspection_detail"),
    path("<int:pk>/correct/", form.inspection_correct, name="inspection_correct"),
    path("review/", review.review_list, name="review_list"),
    path("review/bulk/", review.review_bulk, name="review_bulk"),
    path("<int:pk>/review/", review.inspection_review, name="inspection_review"),
    path("<int:pk>/return/", review.inspection_return, name="inspection_return"),
    path("appraisal-queue/", queue.appraisal_queue, name="appraisal_queue"),
]
