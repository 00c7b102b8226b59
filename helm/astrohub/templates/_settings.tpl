{{/* What the chart knows of a part's settings; what the values say under `settings` comes on top. */}}

{{- define "astrohub.archive.settings" -}}
bind:
  host: "0.0.0.0"
  port: 8090
{{- if .Values.monitoring.enabled }}
  metricsPort: 9090
{{- end }}
publicUrl: {{ include "astrohub.publicUrl" . | quote }}
prefix: {{ include "astrohub.basePath" . }}/services/archive
publicData: /srv/astrohub/public
workDir: /srv/astrohub/work
filesDir: /srv/astrohub/files
publicFilesDir: /srv/astrohub/files/public
files:
  # User servers run under numbers of their own, and see the home of their user only.
  shared: true
{{- if or .Values.archive.database.url .Values.database.enabled }}
databaseUrl: {{ .Values.archive.database.url | default "postgresql+psycopg2://archive@postgresql/archive" | quote }}
databasePasswordFile: /etc/astrohub/secret/database-password
{{- end }}
{{- if .Values.jupyterhub.enabled }}
hub:
  apiUrl: http://{{ include "jupyterhub.hub.fullname" . }}:8081{{ include "astrohub.basePath" . }}/hub/api
{{- end }}
{{- end }}

{{- define "astrohub.notebooks.settings" -}}
bind:
  host: "0.0.0.0"
  port: 8091
prefix: {{ include "astrohub.basePath" . }}/services/notebooks
directory: /srv/astrohub/notebooks
{{- end }}

{{/* What every pod of ours may do: nothing more than its work. */}}
{{- define "astrohub.podSecurity" -}}
runAsNonRoot: true
runAsUser: 61080
runAsGroup: 61080
fsGroup: 61080
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "astrohub.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}
