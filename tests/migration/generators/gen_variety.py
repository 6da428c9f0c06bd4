# -*- coding: utf-8 -*-
"""More Python 2 sample databases, of the shapes that are easy to get wrong.

    python2.7 gen_variety.py OUTDIR [SEED]

Needs ZODB 5.x or ZODB3 3.10 on Python 2.7, as gen_public.py does.  Writes
variety_*, cross_* and, with a seed, random_* files with their manifests.
"""
from __future__ import absolute_import, print_function

import collections
import datetime
import os
import random
import re
import sets
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from py2data_engine import *  # noqa: F401,F403,E402
import py2data_engine as E  # noqa: E402

M = 'shopapp.models.'


class Zone(datetime.tzinfo):
    def utcoffset(self, dt):
        return datetime.timedelta(0)

    def __reduce__(self):
        return Zone, ()


def app_classes():
    for n in ('Doc', 'Image', 'Store', 'Keyring', 'Catalog', 'Members', 'Shared',
              'Misc', 'Legacy', 'Dates'):
        fake_class(M + n)
    fake_class('hoardraw.Placeholder')
    fake_class('five.intid.keyreference.KeyReferenceToPersistent')
    fake_class(M + 'Plain', (object,))
    fake_class(M + 'Slots', (object,), __slots__=('a', 'b'),
               __getstate__=lambda s: (None, {'a': s.a, 'b': s.b}))
    fake_class(M + 'Old', old=True)
    fake_class(M + 'MyDict', (dict,))
    fake_class(M + 'MyList', (list,))
    fake_class(M + 'MyStr', (str,))
    fake_class(M + 'MyInt', (int,))
    fake_class(M + 'MyUnicode', (unicode,))  # noqa: F821
    fake_class(M + 'Stamp', (datetime.datetime,))
    fake_class(M + 'Day', (datetime.date,))
    Zone.__module__ = 'shopapp.models'
    sys.modules['shopapp.models'].Zone = Zone


RULES = [
    {'class': M + 'Image', 'attr': 'data', 'kind': 'bytes'},
    {'class': M + 'Plain', 'attr': 'digest', 'kind': 'bytes'},
    {'class': M + 'Old', 'attr': 'digest', 'kind': 'bytes'},
    {'class': M + 'Legacy', 'attr': 'name', 'kind': 'cp1252'},
    {'class': M + 'Legacy', 'attr': 'code', 'kind': 'latin-1'},
    {'class': M + 'Members', 'attr': 'passwords', 'values': 'bytes'},
    {'class': M + 'Members', 'attr': 'tokens', 'keys': 'bytes'},
    {'class': M + 'Members', 'attr': 'inline', 'keys': 'bytes', 'values': 'latin-1'},
    {'class': M + 'Members', 'attr': 'mapping', 'values': 'bytes'},
    {'class': M + 'Members', 'attr': 'flags', 'keys': 'bytes'},
    {'class': M + 'Members', 'attr': 'names', 'values': 'cp1252'},
    {'class': M + 'Members', 'attr': 'digests', 'keys': 'bytes'},
    {'class': M + 'Shared', 'attr': 'data', 'kind': 'bytes'},
    {'class': M + 'Catalog', 'attr': 'words', 'values': 'latin-1'},
]


def text(want, src='utf8'):
    return {'text': want, 'src': src}


def cases(zodb5):
    out = []
    add = out.append
    # subclasses of built-in types that exist nowhere later
    def mydict():
        v = resolve(M + 'MyDict')()
        v['k\xc3\xa4'] = 'v\xc3\xb6'
        v['plain'] = 1
        return v

    def mylist():
        v = resolve(M + 'MyList')()
        v.extend(['\xc3\xa4', 'x', 2])
        return v
    add(PO('subclasses', M + 'Misc', [
        ('d', Std(mydict, {'inst': M + 'MyDict', 'items': [
            [text(u'kä'), text(u'vö')], [text('plain', 'ascii'), {'int': '1'}]]}
            if zodb5 else {'any': [
                {'inst': M + 'MyDict', 'args': [{'dict': [
                    [text(u'kä'), text(u'vö')],
                    [text('plain', 'ascii'), {'int': '1'}]]}]}]})),
        ('l', Std(mylist, {'inst': M + 'MyList', 'list': [
            text(u'ä'), text('x', 'ascii'), {'int': '2'}]} if zodb5 else
            {'inst': M + 'MyList', 'args': [{'list': [
                text(u'ä'), text('x', 'ascii'), {'int': '2'}]}]})),
        ('s', Std(lambda: resolve(M + 'MyStr')('w\xc3\xa4rt'),
                  {'inst': M + 'MyStr', 'args': [text(u'wärt')]})),
        ('i', Std(lambda: resolve(M + 'MyInt')(7),
                  {'inst': M + 'MyInt', 'args': [{'int': '7'}]})),
        ('u', Std(lambda: resolve(M + 'MyUnicode')(u'ü'),
                  {'inst': M + 'MyUnicode', 'args': [text(u'ü', 'unicode')]})),
    ], fam='subclasses'))
    add(PO('containers', M + 'Misc', [
        ('od', Std(lambda: collections.OrderedDict([('z\xc3\xa4', 1), ('a', '\xe9')]),
                   {'ordereddict': [[text(u'zä'), {'int': '1'}],
                                    [text('a', 'ascii'), text(u'é', 'latin-1')]]})),
        ('dd', Std(lambda: collections.defaultdict(list, {'k\xc3\xa4': ['v']}),
                   {'defaultdict': [[text(u'kä'), {'list': [text('v', 'ascii')]}]]})),
        ('dq', Std(lambda: collections.deque(['\xc3\xa4', 'b']),
                   {'deque': [text(u'ä'), text('b', 'ascii')]})),
        ('os', Std(lambda: sets.Set(['\xc3\xa4', 'b', 3]),
                   {'set': [text(u'ä'), text('b', 'ascii'), {'int': '3'}]})),
        ('os2', Std(lambda: sets.Set([1]), {'set': [{'int': '1'}]})),
        ('dec', DEC('1.10')),
    ], fam='containers'))
    # one string object in places with different rules
    shared = 'shared-ascii'
    high = 'sh\xc3\xa4red'
    add(PO('shared', M + 'Shared', [
        ('title', Std(lambda: shared, text(shared, 'ascii'))),
        ('data', Std(lambda: shared, {'bytes': b64(shared), 'src': 'bin-ascii'})),
        ('other', Std(lambda: shared, text(shared, 'ascii'))),
        ('list', Std(lambda: [high, high], {'list': [text(u'shäred')] * 2})),
    ], fam='shared-strings'))
    add(PO('shared2', M + 'Shared', [
        ('data', Std(lambda: high, {'bytes': b64(high), 'src': 'bin-utf8'})),
        ('zzz', Std(lambda: high, text(u'shäred'))),
        ('data2', Std(lambda: {'data': high, high: 'data'},
                      {'dict': [[text('data', 'ascii'), text(u'shäred')],
                                [text(u'shäred'), text('data', 'ascii')]]})),
    ], fam='shared-strings'))
    # rules inside nested instances, through all kinds of holders
    add(PO('nested', M + 'Doc', [
        ('p', INST(M + 'Plain', [(A('digest'), B('abc')), (A('n'), U8(u'ä'))])),
        ('o', INST(M + 'Old', [(A('digest'), B('\xc3\xa4')), (A('n'), L1(u'ä'))])),
        ('many', L(*[INST(M + 'Plain', [(A('digest'), B('\x00\xff%d' % i))])
                     for i in range(3)])),
        ('sl', Std(lambda: slots('x', '\xc3\xa4'),
                   {'any': [{'inst': M + 'Slots', 'state': {'tuple': [
                       {'none': 1}, {'dict': [
                           [text('a', 'ascii'), text('x', 'ascii')],
                           [text('b', 'ascii'), text(u'ä')]]}]}}]})),
    ], fam='nested-rules'))
    add(PO('legacy', M + 'Legacy', [
        ('name', L1(u'\u201eZitat\u201c \u20ac', 'cp1252')),
        ('code', WID('\xc3\xa4bc')), ('title', L1(u'Zeile eins\nStra\xdfe\t\xfc')),
        ('blob', B('\x89\x00\x01\xfe')), ('hi', B('\x80\x81abc'))], fam='encodings'))
    add(PO('legacy2', M + 'Legacy', [
        ('name', U8(u'schon utf-8 ä')), ('code', WID('\x80\x81\x82')),
        ('title', A('plain'))], fam='encodings'))
    add(BT('pw', 'OOBTree', [(A('u%02d' % i), B(['abc', '\xc3\xa4', '\xff\x00'][i % 3]))
                             for i in range(50)], fam='rules'))
    add(BT('tokens', 'OOBTree', [(B('t%02d\xc3\xa4' % i), A('v')) for i in range(50)],
           fam='rules'))
    add(BT('inline', 'OOBTree', [(B('a'), WID('\xc3\xa4')), (B('b'), WID('x'))],
           fam='rules'))
    add(PM('pmap', [(A('a'), B('abc')), (U8(u'ä'), B('\xc3\xa4'))], fam='rules'))
    add(BT('names', 'IOBTree', [(N(i), L1(u'\u20ac %d' % i, 'cp1252') if i % 2 else
                                 U8(u'ä %d' % i)) for i in range(90)], fam='rules'))
    add(BT('digests', 'OOTreeSet', [B('%02dx' % i) for i in range(99)], fam='rules'))
    add(PO('members', M + 'Members', [
        ('passwords', P('pw')), ('tokens', P('tokens')), ('inline', P('inline')),
        ('mapping', P('pmap')), ('names', P('names')), ('digests', P('digests')),
        ('flags', S(B('x'), B('\xc3\xa4')))], fam='rules'))
    add(BT('words', 'IOBTree', [(N(i), WID(chr(0xc2 + i % 3) + chr(0x80 + i) + 'a'))
                                for i in range(100)], fam='rules'))
    add(PO('catalog', M + 'Catalog', [('words', P('words'))], fam='rules'))
    # order: latin-1 before utf-8, and tuples with either
    order = [(L1(unichr(0xe0 + i) + u'x%02d' % j), N(i)) for i in range(9)  # noqa: F821
             for j in range(9)]
    order += [(U8(u'\u0101\u4e2d%03d' % i), A('v%d' % i)) for i in range(80)]
    order += [(A('%03d' % i), P('legacy')) for i in range(50)]
    add(BT('order', 'OOBTree', order, fam='order'))
    add(BT('order-set', 'OOTreeSet', [k for k, v in order], fam='order'))
    add(BT('order-int', 'OIBTree', [(k, N(i)) for i, (k, v) in enumerate(order)],
           fam='order'))
    add(BT('order-tuple', 'OOBTree', [(T(k, N(1)), N(i)) for i, (k, v) in
                                      enumerate(order)], fam='order'))
    add(BT('order-small', 'OOBTree', order[8:10] + order[81:83], fam='order'))
    add(BT('order-none', 'OOBTree', [(N(None), A('none'))] + order[:20] + order[80:120],
           fam='order'))
    add(BT('order-dict', 'OOBTree', [
        (k, [D([(A('a'), L1(u'ä'))]), L(U8(u'ö')), INST(M + 'Plain', [
            (A('digest'), B('xyz'))]), DT(2105, 1, 2, 3, 4, 5, 50089), X(u'ü')][i % 5])
        for i, (k, v) in enumerate(order)], fam='order'))
    add(BT('ints', 'OOBTree', [(N(i), U8(u'ä')) for i in range(-40, 40)], fam='order'))
    add(BT('floats', 'IFBTree', [(N(i), N(i * 0.5)) for i in range(40)], fam='order'))
    add(BT('mixed', 'OOBTree', [(N(i), N(i)) for i in range(20)] + [
        (A('s%d' % i), N(i)) for i in range(20)], fam='unsortable', unsortable=True))
    add(BT('fs', 'fsBTree', [(B('a%s' % chr(i)), B('123\xc3\xa4%s' % chr(i)))
                             for i in range(65, 90)], fam='fs'))
    add(BT('fs2', 'fsBTree', [(B(chr(i) + chr(j)), B('\x00\x01abcd')) for i in range(
        0, 250, 25) for j in range(0, 250, 25)], fam='fs'))
    # dates
    zone = {'inst': M + 'Zone'}
    add(PO('dates', M + 'Dates', [
        ('many', L(*[DT(2048 + i, 1, 2, 3, 4, 5, 50089 + i) for i in range(6)])),
        ('both', T(DATE(2105, 1, 2), TIME(1, 2, 3, 50089))),
        ('tz', Std(lambda: datetime.datetime(2105, 1, 2, 3, 4, 5, 50089, Zone()),
                   {'datetime': [2105, 1, 2, 3, 4, 5, 50089]})),
        ('ten', A('abcdefghij')), ('ten8', U8(u'äöüäö'))], fam='dates'))
    # regular expressions as Python 2's fnmatch wrote them
    def rx(p, want, flags=0):
        return Std(lambda: re.compile(p, flags), {'inst': 're._compile', 'args': [
            text(want, 'ascii'), {'int': str(re.compile(p, flags).flags)}]})
    add(PO('patterns', M + 'Misc', [
        ('a', rx('.*\\.pdf\\Z(?ms)', '(?ms).*\\.pdf\\Z')),
        ('b', rx('abc[(?i)]', 'abc[(?i)]')),
        ('c', rx('(?i)abc', '(?i)abc')),
        ('d', rx('x\\(?y', 'x\\(?y'))], fam='regex'))
    # references
    add(PO('refs', M + 'Doc', [
        ('twice', L(P('legacy'), P('legacy'), P('members'))),
        ('weak', W('legacy')), ('weak2', L(W('legacy'), W('patterns'))),
        ('map', D([(A('x'), P('order')), (U8(u'ä'), W('dates'))])),
        ('text8', A('eightchr')), ('klass', G(M + 'Plain', M + 'Plain'))],
        fam='refs'))
    if not zodb5:
        # the very same string object as in the reference
        add(OidHolder('keyref', 'legacy'))
    for proto in (0, 1, 2):
        for form in ('tuple', 'pair', 'class'):
            for ref in ('oid', 'pair', 'pair-tuple'):
                if proto == 0 and ref != 'oid':
                    continue
                add(RAW('raw-%d-%s-%s' % (proto, form, ref), M + 'Legacy', [
                    ('title', U8(u'roh ä\n\'"\\')), ('name', L1(u'\u20ac', 'cp1252')),
                    ('code', WID('\xc3\xa4')), ('u', X(u'ünicode \\u \n')),
                    ('n', N(-5)), ('big', N(2 ** 80)), ('f', N(1.25)), ('t', N(True)),
                    ('d', D([(U8(u'ä'), T()), (A('x'), L())])),
                    ('when', DT(1999, 12, 31, 23, 59, 59)),
                    ('ref', P('legacy'))], protocol=proto, classform=form, refform=ref,
                    fam='raw'))
    return out


class OidHolder(PO):
    """Holds an oid as an attribute, the way key references do."""

    def __init__(self, name, target):
        PO.__init__(self, name, 'five.intid.keyreference.KeyReferenceToPersistent',
                    [], fam='keyref')
        self.target = target

    def fill(self, ob, ctx):
        target = ctx.objs[self.target]
        ob.__dict__.update(oid=target._p_oid, wrapped_obj=target, dbname='main')
        ob._p_changed = True

    def expect(self, ctx):
        target = ctx.objs[self.target]._p_oid
        return {'kind': 'state', 'class': self.cls, 'state': {'dict': [
            [text('oid', 'ascii'), {'bytes': b64(target)}],
            [text('wrapped_obj', 'ascii'), {'ref': oid_repr(target)}],
            [text('dbname', 'ascii'), text('main', 'ascii')]]}}


def slots(a, b):
    v = resolve(M + 'Slots')()
    v.a, v.b = a, b
    return v


FAMILIES = ('II', 'IO', 'IF', 'LL', 'LO', 'LF', 'OI', 'OL', 'OO')


def family_cases():
    """Trees and sets of every family, in one bucket and in many; odd values."""
    values = {'O': lambda i: [U8(u'wert \xe4 %d' % i), L1(u'\xfc%d' % i), X(u'\u0436'),
                              D([(A('a'), L(U8(u'\xf6')))]), T(A('x'), N(i))][i % 5],
              'I': lambda i: N(i * 3), 'L': lambda i: N(i * 2 ** 33),
              'F': lambda i: N(i / 4.0)}
    keys = {'O': lambda i: [A('k%03d' % i), U8(u'\xe4%03d' % i)][i % 2],
            'I': lambda i: N(i - 50), 'L': lambda i: N((i - 50) * 2 ** 33)}
    for family in FAMILIES:
        key, value = keys[family[0]], values[family[1]]
        for size in (3, 400):
            name = 'family-%s-%d' % (family, size)
            pairs = [(key(i), value(i)) for i in range(size)]
            yield BT(name + '-tree', family + 'BTree', pairs, fam='families')
            yield BT(name + '-set', family + 'TreeSet', [k for k, _ in pairs],
                     fam='families')
    yield BT('empty', 'OOBTree', [], fam='families')
    yield BT('tuples', 'OOBTree', [
        (T(U8(u'\xe4%d' % (i % 7)), N(i), L1(u'\xe9')), A('v')) for i in range(200)],
        fam='families')


def stamp_cases(zodb5):
    """Packed dates that are valid utf-8, given to subclasses too."""
    stamp = datetime.datetime(2105, 1, 2, 3, 4, 5, 50089)
    packed = stamp.__reduce__()[1][0]
    want = {'inst': M + 'Stamp', 'args': [{'bytes': b64(packed), 'src': 'bin-utf8'}]}
    day = {'inst': M + 'Day', 'args': [
        {'bytes': b64(datetime.date(2020, 2, 3).__reduce__()[1][0]), 'src': 'bin'}]}

    def made():
        return resolve(M + 'Stamp')(2105, 1, 2, 3, 4, 5, 50089)
    yield PO('stamps', M + 'Dates', [
        ('own', Std(made, want)),
        ('day', Std(lambda: resolve(M + 'Day')(2020, 2, 3), day)),
        ('list', Std(lambda: [made(), made()], {'list': [want, want]})),
        ('array', Std(lambda: bytearray('\xc3\xa4'), {'bytearray': b64('\xc3\xa4')})),
        ('complex', Std(lambda: complex(1, 2), {'complex': ['1.0', '2.0']})),
        ('delta', DELTA(1, 2, 3)), ('long', U8(u'\xe4\u0436' * 300)),
        ('eight', U8(u'\xe4\xf6\xfc\xdf')), ('longbin', B('\x00\xff' * 400)),
        ('fset', FS(U8(u'\xe4'), A('b'), N(1))),
        ('deep', L(D([(T(U8(u'\xe4'), A('b')), D([(U8(u'\xf6'), L1(u'\xfc'))]))]))),
    ], fam='stamps')


def random_cases(r, count):
    """Random values of random shapes; expectations follow the README alone."""
    def string():
        kind = r.randrange(6)
        if kind == 0:
            return A(''.join(chr(r.randrange(32, 127)) for _ in range(r.randrange(40))))
        if kind == 1:
            return U8(u''.join(r.choice(u'äöüßéłж日\U0001f680 ab') for _ in range(
                r.randrange(1, 90))) + u'ä')
        if kind == 2:
            return L1(u''.join(r.choice(u'äöüÄÖÜßéàç') for _ in range(r.randrange(1, 9)))
                      + u'x')
        if kind == 3:
            return X(u''.join(r.choice(u'äжab日') for _ in range(r.randrange(300))))
        if kind == 4:
            return B('\x00\xff' + ''.join(chr(r.randrange(256)) for _ in range(
                r.choice([0, 5, 300]))))
        return A(r.choice(['title', 'data', 'id', 'x' * 300]))

    def value(depth):
        kind = r.randrange(14 if depth else 6)
        if kind < 6:
            return r.choice([string, string, lambda: N(r.choice(
                [None, True, 0, -1, 300, 70000, 2 ** 40, 2.5])),
                lambda: DT(r.randrange(1, 9999), r.randrange(1, 13), r.randrange(1, 29),
                           r.randrange(24), r.randrange(60), r.randrange(60),
                           r.randrange(10 ** 6))])()
        below = [value(depth - 1) for _ in range(r.randrange(5))]
        if kind == 6:
            return L(*below)
        if kind == 7:
            return T(*below)
        if kind == 8:
            keys = [string() for _ in below]
            return D(unique(zip(keys, below)))
        if kind == 9:
            return S(*[k for k, _ in unique([(string(), 0) for _ in below])])
        if kind == 10:
            return INST(M + 'Plain', [(A('a%d' % i), v) for i, v in enumerate(below)])
        if kind == 11:
            return INST(M + 'Old', [(A('a%d' % i), v) for i, v in enumerate(below)])
        if kind == 12:
            return P('rnd%d' % r.randrange(count))
        return W('rnd%d' % r.randrange(count))

    def unique(pairs):
        seen, kept = set(), []
        for k, v in pairs:
            w = repr(k.want)
            if w not in seen and w.lstrip('u') not in seen:
                seen.update([w, w.lstrip('u')])
                kept.append((k, v))
        return kept

    return [PO('rnd%d' % i, M + r.choice(['Doc', 'Misc', 'Store']),
               [('a%d' % j, value(3)) for j in range(r.randrange(1, 8))], fam='random')
            for i in range(count)]


def main(outdir, seed=None):
    zodb5 = E.binary is not None
    suffix = 'zodb5' if zodb5 else 'zodb3'
    app_classes()
    if not os.path.isdir(outdir):
        os.makedirs(outdir)
    w = Writer(outdir, 'variety_' + suffix, blobs=False)
    w.create(cases(zodb5), u'all of it', user=u'jürgen')
    w.update([PO('legacy2', M + 'Legacy', [
        ('name', L1(u'\u20ac neu', 'cp1252')), ('code', WID('\xc3\xa4')),
        ('title', U8(u'neu ä'))], fam='encodings')], u'changed')
    w.update([BT('order-small', 'OOBTree', [(L1(u'\xe9'), N(1)), (U8(u'\u0101'), N(2))],
                 fam='order')], u'shrunk')
    save(w, w.manifest(RULES, 'variety'))
    w = Writer(outdir, 'families_' + suffix, blobs=False)
    w.create(list(family_cases()) + list(stamp_cases(zodb5)), u'families')
    save(w, w.manifest([], 'families'))
    databases = {}
    b = Writer(outdir, 'cross_b_' + suffix, blobs=False, dbname='b',
               databases=databases)
    b.create([PO('target', M + 'Doc', [('title', U8(u'Ziel ä'))], fam='cross')], u'b')
    a = Writer(outdir, 'cross_a_' + suffix, blobs=False, dbname='a',
               databases=databases)
    a.ctx.other = b.ctx
    a.tm = b.tm
    a.conn = b.conn.get_connection('a')
    a.ctx.conn = a.conn
    a.create([PO('source', M + 'Doc', [
        ('title', U8(u'Quelle ä')), ('there', XP('target')),
        ('list', L(XP('target'), XP('target')))], fam='cross')], u'a')
    ma, mb = a.manifest([], 'cross a'), b.manifest([], 'cross b')
    a.tm.abort()
    save(b, mb)
    save(a, ma)
    if seed is not None:
        w = Writer(outdir, 'random_' + suffix, blobs=False)
        w.create(random_cases(random.Random(int(seed)), 150), u'random')
        save(w, w.manifest([], 'random'))


if __name__ == '__main__':
    main(*sys.argv[1:])
