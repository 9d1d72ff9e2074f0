"""The filter of the page of devices."""

from django import template

from takwin.accounts.devices import device_name

register = template.Library()
register.filter("device_name", device_name)
