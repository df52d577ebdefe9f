def build_demo(now):
    return {}
