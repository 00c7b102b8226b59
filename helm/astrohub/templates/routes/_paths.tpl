{{/* Which path goes where: the services past the hub's proxy, so that they answer while the hub does not. */}}
{{- define "astrohub.routes" -}}
{{- $base := include "astrohub.basePath" . }}
{{- if .Values.archive.enabled }}
- path: {{ $base }}/services/archive
  service: archive
  port: 8090
{{- end }}
{{- if .Values.notebooks.enabled }}
- path: {{ $base }}/services/notebooks
  service: notebooks
  port: 8091
{{- end }}
{{- if .Values.jupyterhub.enabled }}
- path: {{ $base | default "/" }}
  service: {{ include "jupyterhub.proxy-public.fullname" . }}
  port: 80
{{- end }}
{{- end }}

{{/* The Gateway that the routes hang on. */}}
{{- define "astrohub.gateway" -}}
{{- $gateway := .Values.httpRoute.gateway -}}
parentRefs:
  - name: {{ $gateway.name | required "Say at which Gateway the site is reached: httpRoute.gateway.name." }}
    {{- with $gateway.namespace }}
    namespace: {{ . }}
    {{- end }}
    {{- with $gateway.sectionName }}
    sectionName: {{ . }}
    {{- end }}
{{- end }}
