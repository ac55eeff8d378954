"""GET only reads: a page that is merely looked at changes nothing."""

from contextvars import ContextVar

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
WRITES = ("INSERT", "UPDATE", "DELETE")
#: Signing out the idle and writing the trail are not changes that a page makes.
EXEMPT_TABLES = ("django_session", "audit_entry", "audit_head", "axes_")


class WriteOnGet(RuntimeError):
    """A GET request tried to change the database."""


#: Whether the request being answered may only read. The connection may be shared, so it does not know.
is_reading: ContextVar[bool] = ContextVar("is_reading", default=False)


def refuse_writes(execute, sql, params, many, context):
    """Wraps every statement of a connection (see `UiConfig`)."""
    is_write = is_reading.get() and sql.lstrip()[:6].upper() in WRITES
    if is_write and not any(table in sql for table in EXEMPT_TABLES):
        raise WriteOnGet(f"A GET request tried to write: {sql[:120]}")
    return execute(sql, params, many, context)


class ReadOnlyGetMiddleware:
    """Raises WriteOnGet as soon as a GET, HEAD or OPTIONS request writes business data."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in SAFE_METHODS or request.path.startswith("/admin/"):
            return self.get_response(request)
        token = is_reading.set(True)
        try:
            return self.get_response(request)
        finally:
            is_reading.reset(token)
