<!DOCTYPE html>
<html>
<head><title>Messages</title></head>
<body>
<table>
<tr><th>id</th><th>message</th></tr>
% for id, message in rows:
<tr><td>{{id}}</td><td>{{message}}</td></tr>
% end
</table>
</body>
</html>
