#!/usr/bin/env python3
"""Writes N Kubernetes manifest files of five resources each, with known faults.

usage: generate.py FOLDER N [SEED]

The faults and their places go to FOLDER.labels.jsonl, a JSON object a line: file, line, fault. Same arguments, same bytes.
"""

import json
import pathlib
import random
import sys

SHARES = {  # how often a workload has a fault
    "no_resources": 0.12, "no_liveness": 0.12, "no_readiness": 0.10, "one_replica": 0.10, "debug_on": 0.04,
    "password_in_pod": 0.05, "cors_wildcard": 0.03, "node_port_database": 0.02, "open_policy": 0.04,
}


class Manifest:
    def __init__(self, number, chance):
        self.number, self.chance, self.lines, self.faults = number, chance, [], []

    def add(self, text, fault=None):
        for line in text.split("\n"):
            self.lines.append(line)
        if fault:
            self.faults.append((len(self.lines), fault))

    def has(self, fault):
        return self.chance.random() < SHARES[fault]

    def head(self, api, kind, name):
        if self.lines:
            self.add("---")
        self.add(f"apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: team-{self.number % 40}")

    def write(self):
        app = f"app-{self.number}"
        self.head("apps/v1", "Deployment", app)
        self.add("spec:")
        one = self.has("one_replica")
        self.add(f"  replicas: {1 if one else self.chance.choice([2, 3, 4])}", "one_replica" if one else None)
        self.add(f"  selector:\n    matchLabels:\n      app: {app}\n  template:\n    metadata:\n      labels:\n        app: {app}")
        self.add("    spec:\n      containers:")
        for n in range(self.chance.choice([1, 1, 2])):
            self.container(n)
        self.head("v1", "Service", app)
        database = self.has("node_port_database")
        self.add("spec:")
        self.add("  type: NodePort" if database else "  type: ClusterIP", "node_port_database" if database else None)
        port = 5432 if database else 8080
        self.add(f"  selector:\n    app: {app}\n  ports:\n    - port: {port}\n      targetPort: {port}")
        self.head("v1", "ConfigMap", f"{app}-settings")
        wide = self.has("cors_wildcard")
        self.add("data:\n  LOG_LEVEL: info")
        self.add(f"  CORS_ALLOWED_ORIGINS: '{'*' if wide else f'https://{app}.acme.io'}'", "cors_wildcard" if wide else None)
        self.head("policy/v1", "PodDisruptionBudget", app)
        self.add(f"spec:\n  maxUnavailable: 1\n  selector:\n    matchLabels:\n      app: {app}")
        self.head("networking.k8s.io/v1", "NetworkPolicy", app)
        self.add(f"spec:\n  podSelector:\n    matchLabels:\n      app: {app}\n  policyTypes: [Ingress]\n  ingress:")
        if self.has("open_policy"):
            self.add("    - {}", "open_policy")
        else:
            self.add("    - from:\n        - podSelector: {}")

    def container(self, n):
        self.add(f"        - name: main-{n}")
        line = len(self.lines)
        self.add(f"          image: registry.acme.io/shop/app:1.{n}\n          ports:\n            - containerPort: {8080 + n}\n          env:")
        if self.has("debug_on"):
            self.add("            - name: DEBUG")
            self.add("              value: 'true'", "debug_on")
        self.add("            - name: DB_PASSWORD")
        if self.has("password_in_pod"):
            word = "".join(self.chance.choices("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=20))
            self.add(f"              value: {word}", "password_in_pod")
        else:
            self.add("              valueFrom:\n                secretKeyRef:\n                  name: db\n                  key: password")
        if self.has("no_resources"):
            self.faults.append((line, "no_resources"))
        else:
            self.add("          resources:\n            requests:\n              cpu: 100m\n              memory: 64Mi\n            limits:\n              memory: 128Mi")
        for probe in ("liveness", "readiness"):
            if self.has(f"no_{probe}"):
                self.faults.append((line, f"no_{probe}"))
            else:
                self.add(f"          {probe}Probe:\n            httpGet:\n              path: /{probe}\n              port: {8080 + n}")


def main():
    folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    chance = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    with open(f"{sys.argv[1].rstrip('/')}.labels.jsonl", "w") as labels:
        for number in range(count):
            manifest = Manifest(number, chance)
            manifest.write()
            file = folder / f"team-{number % 40}" / f"app-{number}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("\n".join(manifest.lines) + "\n")
            for line, fault in manifest.faults:
                labels.write(json.dumps({"file": str(file.relative_to(folder)), "line": line, "fault": fault}) + "\n")


if __name__ == "__main__":
    main()
