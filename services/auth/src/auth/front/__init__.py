"""The one web application: what is put in front of the rooms."""
