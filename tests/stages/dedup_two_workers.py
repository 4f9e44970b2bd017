"""Run by the interpreter that has the extra [scale]: families of every file of a folder, on two local Ray workers."""

from __future__ import annotations

import sys
from pathlib import Path

import ray
from ray.cluster_utils import Cluster

from pipelines.dedup.scale import families_on


def main(home: Path) -> None:
    """Start two workers that listen to this machine alone, find the families, and stop what was started."""
    said = {"num_cpus": 1, "object_store_memory": 200 << 20}
    cluster = Cluster(initialize_head=True, head_node_args={**said, "include_dashboard": False})
    try:
        cluster.add_node(**said)
        cluster.wait_for_nodes()
        for source in sorted(home.glob("*.parquet")):
            families_on("ray", source, "id", "text", home / "ray" / source.name, jaccard=0.5, address=cluster.address)
        nodes = [node["NodeManagerAddress"] for node in ray.nodes() if node["Alive"]]
        print(nodes)  # noqa: T201  (the test reads it)
    finally:
        ray.shutdown()
        cluster.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
