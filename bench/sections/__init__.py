"""What `make bench` can measure, in the order in which it does."""

from . import ablation, forward, orders, partitioning, partitions, roofline, scaling, start, store

SECTIONS = {
    section.NAME: section
    for section in (forward, roofline, start, partitions, orders, ablation, scaling, partitioning, store)
}
