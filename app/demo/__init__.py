"""The demonstration: invented schools, people and answers around the order's roadmap. No real school or person."""
