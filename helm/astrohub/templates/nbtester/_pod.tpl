{{/* A pod that runs the published collection in an image: `root`, `image` (its full name), `settings` (a ConfigMap's name), `results` (whether they are kept). */}}

{{/* The tester in one image. */}}
{{- define "astrohub.nbtester.container" -}}
{{- $tester := .root.Values.nbtester -}}
image: {{ .image }}
imagePullPolicy: {{ .root.Values.jupyterhub.singleuser.image.pullPolicy | default "IfNotPresent" }}
args:
  - nbtester
  - run
  - --config=/etc/astrohub/settings/nbtester.yaml
  {{- if .results }}
  - --results=/srv/astrohub/results
  {{- end }}
  - /srv/astrohub/notebooks/current
env:
  - {name: HOME, value: /tmp}
  - {name: ASTROHUB_URL, value: {{ include "astrohub.publicUrl" .root | quote }}}
  - {name: ASTROHUB_INTERNAL_URL, value: {{ printf "http://%s:8090%s" "archive" (include "astrohub.basePath" .root) | quote }}}
  - {name: ASTROHUB_DATA, value: /srv/astrohub/public}
  {{- if $tester.existingSecret }}
  - {name: ASTROHUB_TOKEN_FILE, value: /etc/astrohub/secret/token}
  {{- end }}
resources:
  {{- toYaml $tester.resources | nindent 2 }}
securityContext:
  {{- include "astrohub.containerSecurity" .root | nindent 2 }}
volumeMounts:
  - {name: settings, mountPath: /etc/astrohub/settings, readOnly: true}
  {{- if $tester.existingSecret }}
  - {name: secret, mountPath: /etc/astrohub/secret, readOnly: true}
  {{- end }}
  - {name: notebooks, mountPath: /srv/astrohub/notebooks, readOnly: true}
  {{- if .results }}
  - {name: notebooks, mountPath: /srv/astrohub/results, subPath: results}
  {{- end }}
  - {name: public, mountPath: /srv/astrohub/public, subPath: {{ .root.Values.storage.public.folder | quote }}, readOnly: true}
  - {name: tmp, mountPath: /tmp}
{{- end }}

{{/* What a pod of it needs besides containers. */}}
{{- define "astrohub.nbtester.surroundings" -}}
restartPolicy: Never
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "astrohub.podSecurity" .root | nindent 2 }}
{{- with .root.Values.jupyterhub.singleuser.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: settings
    configMap:
      name: {{ .settings }}
  {{- with .root.Values.nbtester.existingSecret }}
  - name: secret
    secret:
      secretName: {{ . }}
      items: [{key: nbtester-token, path: token}]
  {{- end }}
  - name: notebooks
    persistentVolumeClaim:
      claimName: {{ include "astrohub.claim" (dict "name" "notebooks" "storage" .root.Values.storage.notebooks) }}
  - name: public
    persistentVolumeClaim:
      claimName: {{ include "astrohub.claim" (dict "name" "public" "storage" .root.Values.storage.public) }}
  - name: tmp
    emptyDir: {}
{{- end }}
