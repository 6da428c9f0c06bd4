/* The pass of flat.py in C: most records, from bytes to bytes, at once.

   It knows less than the machine and gives a record back (None) as soon as
   anything in it is out of the ordinary.  flat.py says why each of these
   conditions is there; tests hold all three ways against one another.  */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030b0000
#include <Python.h>
#include <string.h>

/* What flat.FlatConverter._class_of says of a class, as bits. */
enum { ODD = 1, DATE = 2, RECORD_ODD = 4, OBJECT_KEYS = 8, OBJECT_VALUES = 16 };

enum { NOTHING = -1 };
#define MOST 64 /* memo numbers to watch; a record with more is odd */

typedef struct {
    long numbers[MOST];
    int count;
} Memo;

typedef struct {
    const unsigned char *data;
    Py_ssize_t size, at, copied;
    unsigned char *out;
    Py_ssize_t length, room;
    PyObject *classes, *class_of, *guess;
    Memo dates, packed, oids, marked_oids;
    Py_ssize_t reference_end; /* where the BINPERSID of a plain reference is */
    int object_keys, marked, texts, plain8;
    int odd_pid; /* a BINPERSID of something else */
    long binaries;
} Flat;

/* Each step returns 1; 0 for a record that is odd; -1 for a Python error. */
#define ODD_IF(condition) do { if (condition) return 0; } while (0)
#define STEP(call) do { int step_ = (call); if (step_ <= 0) return step_; } while (0)

static int
room_for(Flat *f, Py_ssize_t more)
{
    if (f->length + more <= f->room)
        return 1;
    Py_ssize_t room = (f->length + more) * 2;
    unsigned char *out = PyMem_Realloc(f->out, (size_t)room);
    if (out == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    f->out = out;
    f->room = room;
    return 1;
}

static int
write_out(Flat *f, const void *bytes, Py_ssize_t size)
{
    STEP(room_for(f, size));
    memcpy(f->out + f->length, bytes, (size_t)size);
    f->length += size;
    return 1;
}

/* Put *bytes* in the place of data[start:end]. */
static int
replace(Flat *f, Py_ssize_t start, Py_ssize_t end, const void *bytes, Py_ssize_t size)
{
    STEP(write_out(f, f->data + f->copied, start - f->copied));
    f->copied = end;
    return write_out(f, bytes, size);
}

static long
number_at(const Flat *f, Py_ssize_t at)
{
    const unsigned char *d = f->data + at;
    return (long)d[0] | (long)d[1] << 8 | (long)d[2] << 16 | (long)d[3] << 24;
}

static int
remember(Memo *memo, long number)
{
    if (number == NOTHING)
        return 1;
    ODD_IF(memo->count == MOST);
    memo->numbers[memo->count++] = number;
    return 1;
}

static int
knows(const Memo *memo, long number)
{
    for (int i = 0; i < memo->count; i++)
        if (memo->numbers[i] == number)
            return 1;
    return 0;
}

/* Past a PUT at *at*, if there is one; its number, else NOTHING. */
static Py_ssize_t
past_put(const Flat *f, Py_ssize_t at, long *number)
{
    *number = NOTHING;
    if (at + 1 < f->size && f->data[at] == 'q') {
        *number = f->data[at + 1];
        return at + 2;
    }
    if (at + 4 < f->size && f->data[at] == 'r' && f->data[at + 4] == 0) {
        *number = number_at(f, at + 1);
        return at + 5;
    }
    return at;
}

static Py_ssize_t
past_line(const Flat *f, Py_ssize_t at)
{
    const unsigned char *end = at < f->size
        ? memchr(f->data + at, '\n', (size_t)(f->size - at)) : NULL;
    return end ? end - f->data + 1 : NOTHING;
}

/* Past a class, named or from the memo; NOTHING if there is none at *at*. */
static Py_ssize_t
past_class(const Flat *f, Py_ssize_t at)
{
    long number;
    if (at >= f->size)
        return NOTHING;
    switch (f->data[at]) {
    case 'h':
        return at + 2;
    case 'j':
        return at + 5;
    case 'c':
        at = past_line(f, at + 1);
        if (at != NOTHING)
            at = past_line(f, at);
        return at == NOTHING ? at : past_put(f, at, &number);
    }
    return NOTHING;
}

/* After the number of an object: where a plain reference, of a class and the end
   of the tuple that *opens* or has two items, has its Q; NOTHING if it is none. */
static Py_ssize_t
reference_from(const Flat *f, Py_ssize_t at, int opens)
{
    long number;
    at = past_class(f, at);
    if (at == NOTHING || at >= f->size || f->data[at] != (opens ? 't' : 0x86))
        return NOTHING;
    at = past_put(f, at + 1, &number);
    return at < f->size && f->data[at] == 'Q' ? at : NOTHING;
}

static int
opened(const Flat *f, Py_ssize_t at)
{
    return at && f->data[at - 1] == '(';
}

static int
is_day(const unsigned char *d)
{
    int year = d[0] << 8 | d[1];
    return 1 <= year && year <= 9999 && 1 <= d[2] && d[2] <= 12 && 1 <= d[3] && d[3] <= 31;
}

static int
is_time(const unsigned char *d)
{
    long microseconds = (long)d[3] << 16 | (long)d[4] << 8 | d[5];
    return d[0] < 24 && d[1] < 60 && d[2] < 60 && microseconds < 1000000;
}

/* See calls.is_packed_date. */
static int
is_packed_date(const unsigned char *d, Py_ssize_t size)
{
    switch (size) {
    case 4: return is_day(d);
    case 6: return is_time(d);
    case 10: return is_day(d) && is_time(d + 4);
    }
    return 0;
}

static int
is_ascii(const unsigned char *d, Py_ssize_t size)
{
    for (Py_ssize_t i = 0; i < size; i++)
        if (d[i] & 0x80)
            return 0;
    return 1;
}

static int
contains(const Flat *f, const unsigned char *what, Py_ssize_t size)
{
    const unsigned char *at = f->data, *end = f->data + f->size;
    while (end - at >= size && (at = memchr(at, what[0], (size_t)(end - at))) != NULL) {
        if (end - at < size)
            return 0;
        if (memcmp(at, what, (size_t)size) == 0)
            return 1;
        at++;
    }
    return 0;
}

/* A string that is not utf-8: bytes, or odd if it reads as text. */
static int
guessed(Flat *f, Py_ssize_t start, Py_ssize_t begin, Py_ssize_t end)
{
    PyObject *literal = PyObject_CallFunction(
        f->guess, "y#", f->data + begin, end - begin);
    if (literal == NULL)
        return -1;
    char *bytes;
    Py_ssize_t size;
    int result = 0;
    if (literal != Py_None) {
        result = -1;
        if (PyBytes_AsStringAndSize(literal, &bytes, &size) == 0) {
            f->binaries++;
            result = contains(f, (unsigned char *)bytes, size)
                ? 0 : replace(f, start, end, bytes, size);
        }
    }
    Py_DECREF(literal);
    return result;
}

/* A native string: as it is if ascii, as text if utf-8. */
static int
native(Flat *f, Py_ssize_t start, Py_ssize_t begin, Py_ssize_t size)
{
    ODD_IF(size < 0 || size > f->size - begin);
    const unsigned char *raw = f->data + begin;
    ODD_IF(is_packed_date(raw, size)); /* maybe a subclass of date */
    f->at = begin + size;
    if (is_ascii(raw, size))
        return 1;
    PyObject *text = PyUnicode_DecodeUTF8((const char *)raw, size, "strict");
    if (text == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeDecodeError))
            return -1;
        PyErr_Clear();
        return guessed(f, start, begin, begin + size);
    }
    Py_DECREF(text);
    f->texts = 1;
    unsigned char head[5] = {'X', size & 255, size >> 8 & 255, size >> 16 & 255, size >> 24 & 255};
    Py_ssize_t where = f->length + (start - f->copied);
    STEP(replace(f, start, begin, head, 5));
    STEP(room_for(f, size));
    memcpy(f->out + f->length, raw, (size_t)size);
    f->length += size;
    f->copied = begin + size;
    return !contains(f, f->out + where, 5 + size); /* maybe an equal key */
}

/* What may follow eight bytes that are no object number. */
static int
is_ordinary(const Flat *f, Py_ssize_t at)
{
    long number;
    at = past_put(f, at, &number);
    return at < f->size && f->data[at] && strchr("UXKMJTGN]}su\x88\x89", f->data[at]);
}

static int
short_string(Flat *f, Py_ssize_t start)
{
    ODD_IF(start + 2 > f->size);
    Py_ssize_t size = f->data[start + 1], end = start + 2 + size;
    if (size == 8) {
        long number;
        ODD_IF(end > f->size);
        int opens = opened(f, start);
        Py_ssize_t reference = reference_from(f, past_put(f, end, &number), opens);
        if (reference != NOTHING) {
            f->reference_end = reference;
            f->at = end;
            STEP(remember(&f->oids, number));
            return replace(f, start, start + 1, "C", 1);
        }
        ODD_IF(!is_ordinary(f, end));
        f->plain8 = 1;
    }
    return native(f, start, start + 2, size);
}

/* The argument of a date, right after its class: bytes from now on. */
static int
date(Flat *f, Py_ssize_t at)
{
    long number;
    int in_tuple = at < f->size && f->data[at] == '(';
    at += in_tuple;
    ODD_IF(at + 2 > f->size || f->data[at] != 'U');
    int size = f->data[at + 1];
    ODD_IF(size != 10 && size != 4 && size != 6);
    Py_ssize_t end = past_put(f, at + 2 + size, &number);
    ODD_IF(end >= f->size || f->data[end] != (in_tuple ? 't' : 0x85));
    STEP(remember(&f->packed, number));
    STEP(replace(f, at, at + 1, "C", 1));
    end = past_put(f, end + 1, &number);
    ODD_IF(end >= f->size || f->data[end] != 'R');
    f->at = end + 1;
    return 1;
}

/* What is known of a class: a tuple (bits, new name or None), borrowed. */
static PyObject *
look_up(Flat *f, PyObject *name)
{
    PyObject *known = PyDict_GetItemWithError(f->classes, name);
    if (known != NULL || PyErr_Occurred())
        return known;
    PyObject *made = PyObject_CallFunctionObjArgs(f->class_of, name, NULL);
    if (made == NULL)
        return NULL;
    int failed = PyDict_SetItem(f->classes, name, made);
    Py_DECREF(made);
    return failed ? NULL : PyDict_GetItemWithError(f->classes, name);
}

static int
in_unordered_tree(const Flat *f)
{
    return f->size > 40
        && (memchr(f->data + 40, '}', (size_t)(f->size - 40))
            || contains(f, (const unsigned char *)"Set\n", 4)
            || contains(f, (const unsigned char *)"set\n", 4));
}

static int
known_class(Flat *f, PyObject *known, Py_ssize_t start, Py_ssize_t end, int first)
{
    PyObject *name = PyTuple_GetItem(known, 1);
    long bits = PyLong_AsLong(PyTuple_GetItem(known, 0));
    if (bits == -1 && PyErr_Occurred())
        return -1;
    ODD_IF(bits & ODD);
    if (first) {
        ODD_IF(bits & RECORD_ODD);
        f->object_keys = (bits & OBJECT_KEYS) != 0;
        ODD_IF(bits & OBJECT_VALUES && in_unordered_tree(f));
    }
    f->at = end;
    if (bits & DATE) {
        long number;
        Py_ssize_t at = past_put(f, end, &number);
        STEP(remember(&f->dates, number));
        return date(f, at);
    }
    if (name == Py_None)
        return 1;
    char *bytes;
    Py_ssize_t size;
    if (PyBytes_AsStringAndSize(name, &bytes, &size))
        return -1;
    return replace(f, start + 1, end, bytes, size);
}

static int
named(Flat *f, Py_ssize_t start, int first)
{
    Py_ssize_t end = past_line(f, start + 1);
    ODD_IF(end == NOTHING);
    end = past_line(f, end);
    ODD_IF(end == NOTHING);
    PyObject *name = PyBytes_FromStringAndSize(
        (const char *)f->data + start + 1, end - start - 1);
    if (name == NULL)
        return -1;
    PyObject *known = look_up(f, name);
    int result = known ? known_class(f, known, start, end, first) : -1;
    Py_DECREF(name);
    return result;
}

/* A GET: of a date's class, an object number, or whatever else. */
static int
fetched(Flat *f, Py_ssize_t start, Py_ssize_t end, long number)
{
    f->at = end;
    ODD_IF(knows(&f->packed, number));
    if (knows(&f->dates, number))
        return date(f, end);
    Py_ssize_t reference = reference_from(f, end, opened(f, start));
    if (knows(&f->oids, number))
        ODD_IF(reference == NOTHING);
    else if (!knows(&f->marked_oids, number))
        return 1;
    f->reference_end = reference;
    return 1;
}

/* Marked bytes; eight may be the number of an object in a reference. */
static int
marked(Flat *f, Py_ssize_t start)
{
    ODD_IF(start + 2 > f->size);
    Py_ssize_t end = start + 2 + f->data[start + 1];
    ODD_IF(end > f->size);
    f->at = end;
    if (end != start + 10) {
        f->marked = 1;
        return 1;
    }
    long number;
    Py_ssize_t reference = reference_from(f, past_put(f, end, &number), opened(f, start));
    if (reference != NOTHING) {
        f->reference_end = reference;
        if (number != NOTHING && f->marked_oids.count < MOST)
            remember(&f->marked_oids, number);
    }
    return 1;
}

static int
skip(Flat *f, Py_ssize_t end)
{
    ODD_IF(end < f->at || end > f->size);
    f->at = end;
    return 1;
}

static int
skip_sized(Flat *f, Py_ssize_t start)
{
    ODD_IF(start + 5 > f->size || f->data[start + 4] & 0x80);
    f->marked = 1;
    return skip(f, start + 5 + number_at(f, start + 1));
}

/* One opcode; f->at is past it then.  2 at the end of the pickle. */
static int
opcode(Flat *f, int first)
{
    Py_ssize_t start = f->at, left = f->size - start;
    ODD_IF(left < 1);
    f->at++;
    switch (f->data[start]) {
    case '(': case ')': case ']': case 't': case 'b': case 'u': case 's': case 'e':
    case 'a': case 'R': case 'l': case '0': case '1': case '2':
    case 0x81: case 0x85: case 0x86: case 0x87:
        return 1;
    case 'Q':
        f->odd_pid |= start != f->reference_end;
        return 1;
    case 'N': case '}': case 0x88: case 0x89:
        return !f->object_keys;
    case 'K':
        return f->object_keys ? 0 : skip(f, start + 2);
    case 'M':
        return f->object_keys ? 0 : skip(f, start + 3);
    case 'J':
        return f->object_keys ? 0 : skip(f, start + 5);
    case 'G':
        return f->object_keys ? 0 : skip(f, start + 9);
    case 0x8a:
        ODD_IF(f->object_keys || left < 2);
        return skip(f, start + 2 + f->data[start + 1]);
    case 'q':
        return skip(f, start + 2);
    case 'r':
        ODD_IF(left < 5 || f->data[start + 4]); /* large ones are refused elsewhere */
        return skip(f, start + 5);
    case 'h':
        ODD_IF(left < 2);
        return fetched(f, start, start + 2, f->data[start + 1]);
    case 'j':
        ODD_IF(left < 5);
        return fetched(f, start, start + 5, number_at(f, start + 1));
    case 'U':
        return short_string(f, start);
    case 'T':
        ODD_IF(left < 5 || f->data[start + 4] & 0x80);
        return native(f, start, start + 5, number_at(f, start + 1));
    case 'X': case 'B':
        return skip_sized(f, start);
    case 'C':
        return marked(f, start);
    case 'c':
        return named(f, start, first);
    case '.':
        return 2;
    }
    return 0;
}

static int
pickle(Flat *f, int number)
{
    Py_ssize_t start = f->at;
    Py_ssize_t body = start;
    if (start < f->size && f->data[start] == 0x80) {
        body = start + 2;
        ODD_IF(body >= f->size || f->data[start + 1] < 1 || f->data[start + 1] > 3);
    }
    ODD_IF(body >= f->size);
    STEP(replace(f, start, body, "\x80\x03", 2));
    f->at = body;
    if (number == 0)
        ODD_IF(f->data[body] != 'c'); /* the class is named otherwise */
    for (int first = number == 0;; first = 0) {
        int step = opcode(f, first);
        if (step == 2)
            return 1;
        STEP(step);
    }
}

static int
record(Flat *f)
{
    STEP(pickle(f, 0));
    STEP(pickle(f, 1));
    ODD_IF(f->at != f->size);
    /* Eight bytes might be the number of an object after all. */
    ODD_IF(f->plain8 && f->odd_pid);
    /* Python 2 sorted native strings before marked ones. */
    ODD_IF(f->object_keys && (f->binaries || (f->marked && f->texts)));
    return write_out(f, f->data + f->copied, f->size - f->copied);
}

PyDoc_STRVAR(convert_doc,
"convert(data, classes, class_of, guess)\n--\n\n"
"``(new data, number of binary strings)``, or None for an odd record.\n\n"
"*classes* caches what *class_of* says of b'module\\nname\\n': a tuple of bits\n"
"and the new name or None; *guess* makes the opcode for a string that is not\n"
"utf-8, or None if it reads as text.");

static PyObject *
convert(PyObject *module, PyObject *args)
{
    PyObject *data, *result = NULL;
    char *bytes;
    Flat f = {0};
    if (!PyArg_ParseTuple(args, "SO!OO:convert", &data, &PyDict_Type, &f.classes,
                          &f.class_of, &f.guess))
        return NULL;
    if (PyBytes_AsStringAndSize(data, &bytes, &f.size))
        return NULL;
    f.data = (const unsigned char *)bytes;
    f.reference_end = NOTHING;
    int done = room_for(&f, f.size + 64);
    if (done > 0)
        done = record(&f);
    if (done > 0)
        result = Py_BuildValue("y#l", f.out, f.length, f.binaries);
    else if (done == 0)
        result = Py_NewRef(Py_None);
    PyMem_Free(f.out);
    return result;
}

static PyMethodDef methods[] = {
    {"convert", convert, METH_VARARGS, convert_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_flat", "The pass of `flat` in C.", 0, methods,
};

PyMODINIT_FUNC
PyInit__flat(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module == NULL)
        return NULL;
    if (PyModule_AddIntConstant(module, "ODD", ODD)
        || PyModule_AddIntConstant(module, "DATE", DATE)
        || PyModule_AddIntConstant(module, "RECORD_ODD", RECORD_ODD)
        || PyModule_AddIntConstant(module, "OBJECT_KEYS", OBJECT_KEYS)
        || PyModule_AddIntConstant(module, "OBJECT_VALUES", OBJECT_VALUES)) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
