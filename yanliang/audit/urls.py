from django.urls import path

from .views import entry_list

app_name = "audit"
urlpatterns = [path("", entry_list, name="entry_list")]
