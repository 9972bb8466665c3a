"""Prints what CPython's own parser finds in Python files: imports and resolved calls, one JSON object a file.

Reads the root folder and a list of files (one a line) from standard input. Names are resolved in the scope that a name
is used in, the last binding counts; bodies of functions see their enclosing scopes as they are in the end.
"""
import ast
import builtins
import json
import os
import sys

BUILTINS = set(dir(builtins))
sys.setrecursionlimit(20000)


class Scope:
    def __init__(self, kind, parent):
        self.kind, self.parent, self.names, self.star, self.globals = kind, parent, {}, False, set()


class Reader:
    def __init__(self, module, package):
        self.module, self.package = module, package
        self.imports, self.calls, self.pending = [], [], []
        self.scope = Scope("module", None)
        self.classes = []
        self.cls = None

    def absolute(self, level, name):
        if not level:
            return name or ""
        parts = self.module.split(".")
        up = level - (1 if self.package else 0)
        if up > len(parts):
            return "." * level + (name or "")
        base = parts[: len(parts) - up]
        if not base:
            return "." * level + (name or "")
        return ".".join(base + ([name] if name else []))

    def bind(self, name, value):
        if name in self.scope.globals:
            scope = self.scope
            while scope.parent:
                scope = scope.parent
            scope.names.setdefault(name, value)
            return
        self.scope.names[name] = value

    def lookup(self, name):
        scope, first, star = self.scope, True, False
        while scope:
            star = star or scope.star
            if (first or scope.kind != "class") and name in scope.names:
                return scope.names[name]
            scope, first = scope.parent, False
        if star or name not in BUILTINS:
            return None
        return ("builtins." + name, "builtin")

    def value(self, node):
        """(dotted name, how) of an expression, or None."""
        if isinstance(node, ast.Name):
            return self.lookup(node.id)
        if isinstance(node, ast.Attribute):
            base = self.value(node.value)
            if base is None:
                return None
            if base[0].startswith("<self>"):
                return ("<self>" + base[0][6:] + "." + node.attr, "self", base[2]) if len(base) > 2 else None
            return (base[0] + "." + node.attr, base[1])
        if isinstance(node, ast.Call):
            base = self.value(node.func)
            if base is None or base[0] == "builtins.super":
                return None
            if base[0].startswith("<self>"):
                return (base[0] + "()", "self", base[2])
            return (base[0] + "()", "self" if base[1] == "self" else "assigned")
        return None

    def run(self, tree):
        self.body(tree.body)
        while self.pending:
            node, scope, cls, qual = self.pending.pop(0)
            self.scope = Scope("function", scope)
            self.cls = cls
            self.qual = qual
            args = node.args.posonlyargs + node.args.args
            static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
            everything = args + node.args.kwonlyargs + [a for a in (node.args.vararg, node.args.kwarg) if a]
            for i, a in enumerate(everything):
                self.scope.names[a.arg] = ("<self>", "self", cls) if cls is not None and i == 0 and args and not static else None
            self.body(node.body)

    qual = ""

    def qualify(self, name):
        return (self.qual or self.module) + "." + name

    def body(self, statements):
        for s in statements:
            self.statement(s)

    def statement(self, s):
        name = "s_" + type(s).__name__
        getattr(self, name, self.generic)(s)

    def generic(self, s):
        for child in ast.iter_child_nodes(s):
            if isinstance(child, ast.stmt):
                self.statement(child)
            elif isinstance(child, ast.expr):
                self.expr(child)
            elif isinstance(child, ast.ExceptHandler):
                if child.type:
                    self.expr(child.type)
                if child.name:
                    self.bind(child.name, None)
                self.body(child.body)
            elif isinstance(child, ast.withitem):
                self.expr(child.context_expr)
                if child.optional_vars is not None:
                    self.assign(child.optional_vars, self.value(child.context_expr))
            elif hasattr(ast, "match_case") and isinstance(child, ast.match_case):
                for n in ast.walk(child.pattern):
                    for field in ("name", "rest"):
                        if isinstance(getattr(n, field, None), str):
                            self.bind(getattr(n, field), None)
                    if isinstance(n, ast.expr) and not isinstance(n, ast.expr_context):
                        pass
                if child.guard:
                    self.expr(child.guard)
                self.body(child.body)

    def s_For(self, s):
        self.expr(s.iter)
        self.assign(s.target, None)
        self.body(s.body)
        self.body(s.orelse)

    s_AsyncFor = s_For

    def s_Global(self, s):
        self.scope.globals.update(s.names)

    def s_Nonlocal(self, s):
        pass

    def s_Import(self, s):
        for a in s.names:
            self.imports.append((s.lineno, a.name, "", a.asname or a.name.split(".")[0]))
            self.bind(a.asname or a.name.split(".")[0], (a.name if a.asname else a.name.split(".")[0], "import"))

    def s_ImportFrom(self, s):
        module = self.absolute(s.level, s.module)
        for a in s.names:
            self.imports.append((s.lineno, module, a.name, "" if a.name == "*" else a.asname or a.name))
            if a.name == "*":
                self.scope.star = True
            else:
                self.bind(a.asname or a.name, (module + "." + a.name, "import"))

    def s_Assign(self, s):
        self.expr(s.value)
        for t in s.targets:
            self.assign(t, self.value(s.value), s.value)

    def s_AnnAssign(self, s):
        if s.value is not None:
            self.expr(s.value)
            self.assign(s.target, self.value(s.value), s.value)

    def s_AugAssign(self, s):
        self.expr(s.value)
        self.expr(s.target)

    def assign(self, target, value, node=None):
        if isinstance(target, ast.Name):
            if value is not None and value[1] in ("import", "local"):
                value = (value[0], "assigned")
            self.bind(target.id, value)
        elif isinstance(target, ast.Attribute):
            base = self.value(target.value)
            if base is not None and base[0] == "<self>" and base[2] is not None and value is not None:
                self.classes[base[2]]["attrs"].setdefault(target.attr, value)
            self.expr(target.value)
        elif isinstance(target, ast.Subscript):
            self.expr(target.value)
            self.expr(target.slice)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, None)
        elif isinstance(target, (ast.Tuple, ast.List)):
            parts = node.elts if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) == len(target.elts) else None
            for i, t in enumerate(target.elts):
                part = parts[i] if parts else None
                self.assign(t, self.value(part) if isinstance(part, (ast.Name, ast.Attribute)) else None)

    def s_FunctionDef(self, s):
        for d in s.decorator_list:
            self.expr(d)
        for d in s.args.defaults + [k for k in s.args.kw_defaults if k]:
            self.expr(d)
        path = self.qualify(s.name)
        in_class = self.scope.kind == "class"
        if in_class:
            self.classes[self.cls]["members"].add(s.name)
        self.bind(s.name, (path, "local"))
        self.pending.append((s, self.scope, self.cls if in_class else None, path))

    s_AsyncFunctionDef = s_FunctionDef

    def s_ClassDef(self, s):
        for d in s.decorator_list:
            self.expr(d)
        for b in s.bases:
            self.expr(b)
        for k in s.keywords:
            self.expr(k.value)
        bases = [self.value(b) for b in s.bases]
        path = self.qualify(s.name)
        self.bind(s.name, (path, "local"))
        outer = (self.scope, self.cls, self.qual)
        self.classes.append({"path": path, "attrs": {}, "members": set(), "bases": [b[0] if b else None for b in bases]})
        self.cls = len(self.classes) - 1
        self.scope, self.qual = Scope("class", self.scope), path
        self.body(s.body)
        for name, value in self.scope.names.items():
            if value is not None and name not in self.classes[self.cls]["members"]:
                self.classes[self.cls]["attrs"].setdefault(name, value)
        self.scope, self.cls, self.qual = outer

    def expr(self, e):
        if isinstance(e, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            outer = self.scope
            self.expr(e.generators[0].iter)
            self.scope = Scope("function", outer)
            for i, g in enumerate(e.generators):
                if i:
                    self.expr(g.iter)
                self.assign(g.target, None)
                for c in g.ifs:
                    self.expr(c)
            for field in ("key", "value", "elt"):
                if getattr(e, field, None) is not None:
                    self.expr(getattr(e, field))
            self.scope = outer
            return
        if isinstance(e, ast.Lambda):
            for d in e.args.defaults + [k for k in e.args.kw_defaults if k]:
                pass
            outer = self.scope
            self.scope = Scope("function", outer)
            for a in e.args.posonlyargs + e.args.args + e.args.kwonlyargs + [a for a in (e.args.vararg, e.args.kwarg) if a]:
                self.scope.names[a.arg] = None
            self.expr(e.body)
            self.scope = outer
            return
        if isinstance(e, ast.NamedExpr):
            self.expr(e.value)
            self.assign(e.target, self.value(e.value))
            return
        if isinstance(e, ast.Call):
            found = self.value(e.func)
            if found is not None:
                self.calls.append((e.lineno, e.col_offset, e.end_lineno, e.end_col_offset, found))
        for child in ast.iter_child_nodes(e):
            if isinstance(child, ast.expr):
                self.expr(child)
            elif isinstance(child, ast.keyword):
                self.expr(child.value)

    def attribute(self, index, name, depth=0):
        c = self.classes[index]
        if name in c["members"]:
            return c["path"] + "." + name
        if name in c["attrs"]:
            return self.settle(c["attrs"][name], depth + 1)
        for base in c["bases"]:
            for i, other in enumerate(self.classes):
                if base and other["path"] == base and i != index and depth < 8:
                    found = self.attribute(i, name, depth + 1)
                    if found:
                        return found
        for base in c["bases"]:
            if base and not any(o["path"] == base for o in self.classes):
                return base + "." + name
        return None

    def settle(self, value, depth=0):
        if not value[0].startswith("<self>"):
            return value[0]
        if depth > 8 or value[2] is None or value[0] == "<self>":
            return None
        rest = value[0][6:]
        if not rest.startswith("."):
            return None
        parts, name = rest[1:], ""
        while parts and parts[0] not in ".(":
            name, parts = name + parts[0], parts[1:]
        base = self.attribute(value[2], name, depth)
        return base + parts if base else None


def main():
    root = sys.stdin.readline().rstrip("\n")
    for line in sys.stdin:
        rel = line.rstrip("\n")
        with open(os.path.join(root, rel), "rb") as f:
            data = f.read()
        try:
            tree = ast.parse(data)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            print(json.dumps({"path": rel, "ok": False}))
            continue
        module = rel[:-3].replace("/", ".")
        package = module.endswith(".__init__")
        reader = Reader(module[: -len(".__init__")] if package else module, package)
        reader.run(tree)
        calls = []
        for line0, col, line1, col1, found in reader.calls:
            name = reader.settle(found)
            if name:
                calls.append([line0, col, line1, col1, name, found[1]])
        print(json.dumps({"path": rel, "ok": True, "imports": reader.imports, "calls": calls}))


main()
