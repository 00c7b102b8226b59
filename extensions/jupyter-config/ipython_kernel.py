"""What every Python kernel of this environment loads, besides what the operator or the user names."""

c = get_config()  # type: ignore[name-defined]  # noqa: F821 (IPython gives it)
c.InteractiveShellApp.extra_extensions.append("astrohub_lab.kernel_record")
