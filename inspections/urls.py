from django.urls import path

from inspections.views import photos, queue, review

app_name = "inspections"
urlpatterns = [
    path("households/<int:pk>/photos/", photos.upload, name="photo_upload"),
    path("photos/<uuid:pk>/", photos.show, name="photo_show"),
    path("photos/<uuid:pk>/thumbnail/", photos.thumbnail, name="photo_thumbnail"),
    path("review/", review.review_list, name="review_list"),
    path("review/bulk/", review.review_bulk, name="review_bulk"),
    path("<int:pk>/review/", review.inspection_review, name="inspection_review"),
    path("<int:pk>/return/", review.inspection_return, name="inspection_return"),
    path("appraisal-queue/", queue.appraisal_queue, name="appraisal_queue"),
]
